// A saved document that was refused, with the reason, until the next edit is taken.

import {byId, el, setText} from './dom.js';

export function mountNotice(store) {
  const root = byId('notice');
  const reason = el('pre', {tabIndex: 0, role: 'region', 'aria-label': 'Why the edit was refused'});
  root.append(el('h2', {textContent: 'The last edit was refused; what runs keeps running'}), reason);
  store.on('stats', ({refusedEdit = ''}) => {
    setText(reason, refusedEdit);
    root.hidden = refusedEdit === '';
  });
}
