import { find } from '../client/dom.js';
import { withHomebody } from '../client/homebody.js';
import { dock } from './dock.js';
import css from './panel.css?inline';
import { crowd } from './tabs/crowd.js';
import { engine } from './tabs/engine.js';
import { sent } from './tabs/sent.js';
import { why } from './tabs/why.js';
import { you } from './tabs/you.js';

/** A demonstration aid, not part of the shop: everything Homebody knows and does, in plain words. */

const root = find('#panel-root');
if (root !== null) {
  const style = document.createElement('style');
  style.textContent = css;
  document.head.append(style);
  withHomebody((client) => dock(root, [you, why, sent, crowd, engine], client));
}
