/**
 * The small button over a list that the shopper looks at: the new order waits behind it. It sits in the place that the shop
 * reserved (`[data-homebody-chip="<list>"]`) or floats over the list's upper edge, out of the flow, so nothing moves.
 * The text is `data-homebody-chip-text` of the list, else of the document element, else English.
 */
export function createChip(container: HTMLElement, list: string, onClick: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'homebody-chip';
  button.textContent = container.dataset['homebodyChipText'] ?? document.documentElement.dataset['homebodyChipText'] ?? 'Updated for you';
  button.addEventListener('click', () => {
    onClick();
    // Who pressed it by keyboard goes on at the list, not at the top of the page.
    container.tabIndex = -1;
    container.focus({ preventScroll: true });
  });
  const place = document.querySelector(`[data-homebody-chip="${CSS.escape(list)}"]`);
  if (place) place.append(button);
  else {
    button.style.cssText =
      'position:absolute;z-index:9;margin:8px;padding:8px 16px;border:1px solid;border-radius:99px;background:Canvas;color:CanvasText;font:14px system-ui';
    container.before(button);
  }
  return button;
}
