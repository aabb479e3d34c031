import { html } from './html.js';

/**
 * A room in north light. Wall, woodwork, chair and picture are painted with the first six colours of the shelf
 * (`--wall-1` … `--wall-6`); everything else is grey, so that nothing argues with them.
 */
export const room = html`<svg class="room" viewBox="0 0 1000 560" preserveAspectRatio="xMaxYMax meet" aria-hidden="true" focusable="false">
  <defs>
    <linearGradient id="floor" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#8d867d" />
      <stop offset="1" stop-color="#a9a299" />
    </linearGradient>
    <linearGradient id="fall" x1="0" y1="0" x2="1" y2="0">
      <stop offset="0" stop-color="#000" stop-opacity=".28" />
      <stop offset="1" stop-color="#000" stop-opacity="0" />
    </linearGradient>
    <linearGradient id="ray" x1="1" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#fff" stop-opacity=".34" />
      <stop offset="1" stop-color="#fff" stop-opacity=".08" />
    </linearGradient>
    <radialGradient id="pool" cx=".5" cy=".5" r=".5">
      <stop offset="0" stop-color="#000" stop-opacity=".34" />
      <stop offset="1" stop-color="#000" stop-opacity="0" />
    </radialGradient>
  </defs>
  <g class="ray" fill="url(#ray)">
    <path d="M470 40 l120 26 v130 l-120 -26z" />
    <path d="M604 69 l120 26 v130 l-120 -26z" />
    <path d="M470 184 l120 26 v130 l-120 -26z" />
    <path d="M604 213 l120 26 v130 l-120 -26z" />
  </g>
  <path d="M-3000 468h4600v92h-3200z" fill="url(#floor)" />
  <path d="M-3000 452h4600v17h-3200z" fill="#e9e9e7" />
  <path d="M-3000 452h4600v2h-3200z" fill="#fff" />
  <path d="M-3000 467h4600v2.500h-3200z" fill="#000" opacity=".25" />
  <g stroke="#000" stroke-opacity=".13" stroke-width="1.500">
    <path d="M-3000 486h4600M-3000 510h4600M-3000 538h4600" />
    <path d="M120 469v17M430 469v17M700 469v17M300 486v24M610 486v24M880 486v24M60 510v28M500 510v28M780 510v28" />
  </g>
  <path d="M300 506l520 0 60 42 -640 0z" fill="#d9d8d4" />
  <path d="M318 512l484 0 44 30 -572 0z" fill="none" stroke="#8b8984" stroke-width="1.500" />
  <g class="picture">
    <path d="M500 118h196v152h-196z" fill="#000" opacity=".16" transform="translate(7 9)" />
    <path d="M500 118h196v152h-196z" fill="#1d1f21" />
    <path d="M506 124h184v140h-184z" fill="#f4f4f2" />
    <path d="M530 144h66v48h-66z" fill="var(--wall-3)" />
    <path d="M600 144h66v48h-66z" fill="var(--wall-4)" />
    <path d="M530 196h66v48h-66z" fill="var(--wall-5)" />
    <path d="M600 196h66v48h-66z" fill="var(--wall-6)" />
  </g>
  <ellipse cx="590" cy="474" rx="220" ry="13" fill="url(#pool)" />
  <g class="sideboard">
    <path d="M436 438h8l-6 34h-6zM736 438h8l4 34h-6z" fill="#2a2623" />
    <path d="M420 344h340v96h-340z" fill="var(--wood)" />
    <path d="M420 344h340v96h-340z" fill="url(#fall)" />
    <path d="M412 335h356v11h-356z" fill="var(--wood)" />
    <path d="M412 335h356v3h-356z" fill="#fff" opacity=".3" />
    <path d="M412 345h356v2h-356z" fill="#000" opacity=".24" />
    <g fill="none" stroke="#000" stroke-opacity=".26" stroke-width="2">
      <path d="M430 356h100v74h-100zM540 356h100v74h-100zM650 356h100v74h-100z" />
    </g>
    <g fill="#1d1f21">
      <circle cx="522" cy="393" r="3.500" />
      <circle cx="632" cy="393" r="3.500" />
      <circle cx="658" cy="393" r="3.500" />
    </g>
  </g>
  <g class="lamp">
    <path d="M462 332h44v4h-44z" fill="#1d1f21" />
    <path d="M482 282h4v52h-4z" fill="#1d1f21" />
    <path d="M462 232h44l14 52h-72z" fill="#f2f0ea" />
    <path d="M462 232h14l-12 52h-16z" fill="#000" opacity=".09" />
  </g>
  <g class="vase">
    <path d="M694 336c-16-14-16-34-4-44v-12h24v12c12 10 12 30-4 44z" fill="#e4e4e1" />
    <path d="M694 336c-16-14-16-34-4-44v-12h7v14c-10 12-9 28 4 42z" fill="#000" opacity=".12" />
    <g fill="none" stroke="#4c5048" stroke-width="2.200" stroke-linecap="round">
      <path d="M700 282c-4-40-18-62-30-84M703 282c0-46 6-72 12-102M706 282c6-34 22-50 38-62" />
    </g>
    <g fill="#5d6358">
      <path
        d="M670 198c-12-2-16-12-14-20 10 2 16 10 14 20zM676 214c-2-12 6-18 14-20 0 10-4 18-14 20zM684 236c-14 0-20-8-20-16 10 0 18 6 20 16zM715 180c-8-8-6-18 0-24 6 8 6 18 0 24zM711 204c10-4 18 0 22 8-10 4-18 2-22-8zM709 222c-12 0-16-8-16-16 10 2 16 8 16 16zM744 220c2-12 12-16 20-14-2 10-10 16-20 14zM730 234c10 0 16 8 16 16-10-2-16-8-16-16zM722 244c-6-10-2-18 4-22 6 8 4 16-4 22z"
      />
    </g>
  </g>
  <g class="books">
    <path d="M556 326h70v10h-70z" fill="#3a3d40" />
    <path d="M562 317h58v9h-58z" fill="#d5d3cd" />
    <path d="M559 309h60v8h-60z" fill="var(--wall-5)" />
  </g>
  <ellipse cx="880" cy="512" rx="120" ry="14" fill="url(#pool)" />
  <g class="chair">
    <path d="M812 474l-10 40h8l14-40zM944 474l12 40h-8l-16-40z" fill="#2a2623" />
    <path d="M818 312c0-22 14-34 34-34h70c22 0 36 12 38 34l6 100h-154z" fill="var(--cloth)" />
    <path d="M818 312c0-22 14-34 34-34h20c-20 4-30 16-30 40l-4 94h-26z" fill="#000" opacity=".15" />
    <path d="M800 398c0-14 8-22 20-22s20 8 20 22v14h104v-14c0-14 8-22 20-22s20 8 20 22v80h-184z" fill="var(--cloth)" />
    <path d="M840 412h104v26h-104z" fill="#fff" opacity=".14" />
    <path d="M840 438h104v3h-104z" fill="#000" opacity=".24" />
    <path d="M800 398c0-14 8-22 20-22 8 0 13 3 16 8-10 0-18 6-18 18v76h-18z" fill="#000" opacity=".16" />
    <path d="M800 470h184v8h-184z" fill="#000" opacity=".22" />
    <path d="M864 330l58-8 10 74-62 8z" fill="var(--cushion)" />
    <path d="M864 330l20-3 8 75-22 2z" fill="#000" opacity=".12" />
  </g>
</svg>`;
