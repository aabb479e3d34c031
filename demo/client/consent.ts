import { all, el, find } from './dom.js';
import type { Client } from './homebody.js';

/**
 * Two switches, both off, and two equal buttons. A “no” is not stored, so to avoid asking again on each page the banner
 * opens by itself only where someone arrives from outside, and not over the text that explains it; “Privacy choices” in the footer opens it
 * anywhere.
 */
export function offerConsent(client: Client): void {
  for (const button of all('[data-open-consent]')) button.addEventListener('click', () => open(client, true));
  const cameFromHere = document.referrer !== '' && new URL(document.referrer).origin === location.origin;
  const { personalise, contribute } = client.status().consent;
  const isExplained = document.body.dataset['page'] === 'privacy';
  if (!personalise && !contribute && !cameFromHere && !isExplained) open(client, false);
}

const hasPrivacyControl = (): boolean => (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;

function open(client: Client, isAsked: boolean): void {
  const root = find('#consent-root');
  if (root === null) return;
  const { consent } = client.status();
  const personalise = switchOf('personalise', consent.personalise, false);
  const contribute = switchOf('contribute', consent.contribute, hasPrivacyControl());
  const close = (): void => {
    root.replaceChildren();
    if (isAsked) find('[data-open-consent]')?.focus({ preventScroll: true });
  };
  const save = async (choice: { readonly personalise: boolean; readonly contribute: boolean }): Promise<void> => {
    close();
    await client.consent(choice);
  };
  // voting needs something to vote with, so the second switch carries the first
  contribute.addEventListener('change', () => {
    if (contribute.checked) personalise.checked = true;
  });
  personalise.addEventListener('change', () => {
    if (!personalise.checked) contribute.checked = false;
  });
  const banner = el(
    'section',
    { class: 'consent', 'aria-labelledby': 'consent-title', tabindex: -1 },
    el('h2', { id: 'consent-title' }, 'May this shop learn your taste?'),
    el('p', {}, 'Both are off. Until you say otherwise nothing is learned, kept or sent, and the shop works the same.'),
    el(
      'label',
      { class: 'switch' },
      el('b', {}, 'Arrange the shelf for me'),
      el('small', {}, 'Learns from what you open. Stays in this browser.'),
      personalise,
    ),
    el(
      'label',
      { class: 'switch' },
      el('b', {}, 'Join the private crowd'),
      el(
        'small',
        {},
        hasPrivacyControl()
          ? 'Your browser asks sites not to share (Global Privacy Control), so this stays off.'
          : 'Now and then, one scrambled vote for a group of colours. Nobody can be sure it was yours.',
      ),
      contribute,
    ),
    el(
      'div',
      { class: 'consent-actions' },
      el(
        'button',
        { class: 'button', type: 'button', click: () => void save({ personalise: false, contribute: false }) },
        'Leave both off',
      ),
      el(
        'button',
        { class: 'button', type: 'button', click: () => void save({ personalise: personalise.checked, contribute: contribute.checked }) },
        'Save my choice',
      ),
    ),
    el('p', {}, el('a', { href: '/about-privacy' }, 'How this shop remembers you')),
  );
  root.replaceChildren(banner);
  if (isAsked) banner.focus({ preventScroll: true });
}

function switchOf(name: string, isOn: boolean, isDisabled: boolean): HTMLInputElement {
  return el('input', { type: 'checkbox', role: 'switch', name, checked: isOn, disabled: isDisabled });
}
