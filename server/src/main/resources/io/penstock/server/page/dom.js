// Elements, and how figures are written.

/** Makes an element; properties that are no members of it become attributes. */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) {
      made[name] = value;
    } else {
      made.setAttribute(name, value);
    }
  }
  made.append(...children);
  return made;
}

export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export const byId = id => document.getElementById(id);

/** Sets text only where it differs, so that nothing is laid out again or read aloud for no reason. */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

export function setState(element, kind, text) {
  const wanted = `state ${kind}`.trim();
  if (element.className !== wanted) {
    element.className = wanted;
  }
  setText(element, text);
}

/** A whole number with thin spaces between its thousands. */
export function whole(number) {
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** Milliseconds from seconds: one decimal where it matters. */
export function millis(seconds) {
  const value = seconds * 1000;
  return value < 10 ? value.toFixed(1) : whole(value);
}

export function bytes(count) {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function duration(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) {
    return `${Math.floor(seconds)} s`;
  }
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A button that copies what `text()` gives, and says that it did. */
function copyButton(what, text) {
  const button = el('button', {type: 'button', className: 'quiet', textContent: 'Copy', 'aria-label': `Copy ${what}`});
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Press Ctrl+C';
      getSelection().selectAllChildren(button.closest('.copyable').querySelector('pre'));
    }
    setTimeout(() => {
      button.textContent = 'Copy';
    }, 2000);
  });
  return button;
}

/** A block of text under its title, with a button that copies it. */
export function copyable(title, text) {
  const pre = el('pre', {textContent: text, tabIndex: 0, 'aria-label': title, role: 'region'});
  return el('div', {className: 'copyable'}, el('div', {}, el('h3', {textContent: title}),
    copyButton(title, () => pre.textContent)), pre);
}

/** Whether motion is unwelcome just now. */
export const isStill = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
