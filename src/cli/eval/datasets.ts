import { amazon } from './amazon.js';
import { amazonAccess } from './amazon-access.js';
import { banking77 } from './banking77.js';
import { cdnow } from './cdnow.js';
import { creditcardFrauds } from './creditcard-frauds.js';
import type { Dataset } from './dataset.js';
import { germanCredit } from './german-credit.js';
import { lastfm } from './lastfm.js';
import { ml100k } from './ml-100k.js';
import { ml1mPos } from './ml-1m-pos.js';
import { onlineShoppers } from './online-shoppers.js';
import { yoochoose } from './yoochoose.js';

/** In the order of the help. */
export const datasets: readonly Dataset[] = [
  onlineShoppers,
  amazonAccess,
  yoochoose,
  amazon,
  banking77,
  germanCredit,
  creditcardFrauds,
  cdnow,
  ml100k,
  ml1mPos,
  lastfm,
];
