/**
 * The small button over a list that the shopper looks at: the new order waits behind it. It sits in the place that the shop
 * reserved (`[data-homebody-chip="<list>"]`) or floats over the list's upper edge, out of the flow, so nothing moves.
 */
export interface Chip {
  show(): void;
  hide(): void;
}

const overlayStyle =
  'position:absolute;z-index:9;margin:8px;padding:6px 14px;min-height:32px;border:1px solid;border-radius:99px;background:Canvas;color:CanvasText;font:600 14px system-ui;cursor:pointer;box-shadow:0 2px 8px #0004';

/** The text is the container's `data-homebody-chip-text`, else the document element's, else English. */
export function createChip(container: HTMLElement, list: string, onClick: () => void): Chip {
  let button: HTMLButtonElement | null = null;
  return {
    show() {
      if (button?.isConnected) return;
      button = document.createElement('button');
      button.type = 'button';
      button.className = 'homebody-chip';
      button.textContent = container.dataset['homebodyChipText'] ?? document.documentElement.dataset['homebodyChipText'] ?? 'Updated for you';
      if (container.id !== '') button.setAttribute('aria-controls', container.id);
      button.addEventListener('click', onClick);
      const place = document.querySelector(`[data-homebody-chip="${CSS.escape(list)}"]`);
      if (place === null) {
        button.style.cssText = overlayStyle;
        container.before(button);
      } else place.append(button);
    },
    hide() {
      const hadFocus = button !== null && document.activeElement === button;
      button?.remove();
      button = null;
      if (!hadFocus) return;
      // Who pressed it by keyboard goes on at the list, not at the top of the page.
      if (!container.hasAttribute('tabindex')) container.tabIndex = -1;
      container.focus({ preventScroll: true });
    },
  };
}
