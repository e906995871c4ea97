// The dashboard: one figure a stream, the models, and a box to try a pipeline with a photo. Figures are polled each
// second from /dashboard/stats. One stream is live, as a multipart picture with server-sent results; the others show
// a frame a second, for a browser opens only six connections to one server.

const POLL_MILLIS = 1000;
const COUNT_MILLIS = 500;
const byId = id => document.getElementById(id);
const views = new Map();
let pipelines = [];
let before = null;

/** A whole number with thin spaces between its thousands. */
function whole(number) {
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

function millis(seconds) {
  const value = seconds * 1000;
  return value < 10 ? value.toFixed(1) : whole(value);
}

function setState(element, kind, text) {
  element.className = `state ${kind}`;
  element.textContent = text;
}

function element(tag, text, className = '') {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

/** One stream's figure in the page, with its picture and its results. */
class StreamView {
  constructor(pipeline, stream) {
    this.root = byId('stream').content.firstElementChild.cloneNode(true);
    this.name = stream;
    this.path = `/pipelines/${encodeURIComponent(pipeline)}/streams/${encodeURIComponent(stream)}`;
    this.parts = Object.fromEntries([...this.root.querySelectorAll('[data-is]')].map(part => [part.dataset.is, part]));
    this.image = this.root.querySelector('img');
    this.state = this.root.querySelector('.state');
    this.chips = this.root.querySelector('.chips');
    this.shownAt = 0;
    setState(this.state, '', `${stream} · waiting`);
    this.root.id = `${pipeline}/${stream}`;
    this.image.addEventListener('load', () => this.root.querySelector('.waiting')?.remove());
    this.results = null;
    this.root.querySelector('.view').addEventListener('click', () => goLive(this));
  }

  goLive() {
    this.root.classList.add('live');
    this.image.src = `${this.path}/video.mjpeg`;
    this.results = new EventSource(`${this.path}/results`);
    this.results.addEventListener('message', event => this.showResult(JSON.parse(event.data)));
  }

  rest() {
    this.root.classList.remove('live');
    this.results?.close();
    this.results = null;
    this.image.src = '';
    this.chips.replaceChildren();
    this.parts.behind.textContent = '–';
  }

  /** One newer frame, where the picture is not moving anyway. */
  tick() {
    if (this.results === null) {
      this.image.src = `${this.path}/frame.jpg?${Date.now()}`;
    }
  }

  showResult(result) {
    this.root.querySelector('.waiting')?.remove();
    const behind = Date.now() - Date.parse(result.timestamp);
    const now = performance.now();
    if (now - this.shownAt < COUNT_MILLIS) {
      return;
    }
    this.shownAt = now;
    this.parts.behind.textContent = whole(Math.max(0, behind));
    const counts = new Map();
    for (const detection of result.detections) {
      counts.set(detection.label, (counts.get(detection.label) ?? 0) + 1);
    }
    const seen = [...counts].sort().map(([label, count]) => `${label} ${count}`);
    this.chips.replaceChildren(...seen.map(text => element('span', text, 'chip')));
    this.image.alt = `${this.name}: ${seen.join(', ') || 'nothing found'}`;
  }

  showFigures(now, then, seconds) {
    const dropped = now.dropped.queueFull + now.dropped.tooOld + now.dropped.decoder + now.dropped.failed;
    this.parts.captured.textContent = whole(now.captured);
    this.parts.inferred.textContent = whole(now.inferred);
    this.parts.dropped.textContent = whole(dropped);
    const causes = [['queue full', now.dropped.queueFull], ['too old', now.dropped.tooOld],
      ['decoder', now.dropped.decoder], ['failed', now.dropped.failed]];
    this.parts.causes.textContent =
        causes.filter(([, count]) => count > 0).map(([cause, count]) => `${cause} ${whole(count)}`).join(' · ');
    this.parts.p99.textContent = millis(now.captureToResultSeconds.p99);
    if (!then || seconds <= 0) {
      return;
    }
    const rateIn = (now.captured - then.captured) / seconds;
    const rateOut = (now.inferred - then.inferred) / seconds;
    this.parts.in.textContent = rateIn.toFixed(1);
    this.parts.out.textContent = rateOut.toFixed(1);
    if (rateIn === 0) {
      setState(this.state, 'bad', `${this.name} · no frames`);
    } else if (rateOut < 0.8 * rateIn) {
      setState(this.state, 'warn', `${this.name} · slow`);
    } else {
      setState(this.state, 'good', `${this.name} · live`);
    }
  }

  close() {
    this.rest();
    this.root.remove();
  }
}

function goLive(view) {
  for (const other of views.values()) {
    if (other !== view && other.results !== null) {
      other.rest();
    }
  }
  if (view.results === null) {
    view.goLive();
  }
}

function showPipelines(list) {
  pipelines = list;
  const wanted = new Set();
  for (const pipeline of list) {
    for (const stream of pipeline.streams) {
      const key = `${pipeline.name}/${stream}`;
      wanted.add(key);
      if (!views.has(key)) {
        const view = new StreamView(pipeline.name, stream);
        views.set(key, view);
        byId('streams').append(view.root);
      }
    }
  }
  for (const [key, view] of views) {
    if (!wanted.has(key)) {
      view.close();
      views.delete(key);
    }
  }
  const all = [...views.values()];
  if (all.length > 0 && !all.some(view => view.results !== null)) {
    goLive(views.get(decodeURIComponent(location.hash.slice(1))) ?? all[0]);
  }
  byId('no-stream').hidden = wanted.size > 0;
  byId('pipelines').replaceChildren(...list.map(pipeline => {
    const link = element('a', pipeline.name);
    link.href = pipeline.streams.length > 0 ? `#${pipeline.name}/${pipeline.streams[0]}` : '#try';
    return link;
  }));
  const photos = list.find(pipeline => pipeline.mediaTypes.some(type => type.startsWith('image/')));
  byId('try').hidden = !photos;
  if (photos) {
    byId('curl').textContent = `curl -H 'Accept: image/jpeg' -o out.jpg \\\n  --data-binary @photo.jpg \\\n  ${
      location.origin}/pipelines/${photos.name}`;
  }
}

function showModels(models) {
  const rows = Object.entries(models).map(([name, model]) => {
    const row = document.createElement('tr');
    const first = element('td', name);
    const batch = model.executions > 0 ? (model.requests - model.failures) / model.executions : 0;
    first.append(document.createElement('br'), element('small',
        `${whole(model.requests)} requests${model.failures > 0 ? ` · ${whole(model.failures)} failed` : ''}`));
    const second = element('td', model.executions > 0 ? `${millis(model.computeSeconds.p50)} ms` : '–');
    if (batch > 0) {
      second.append(document.createElement('br'), element('small', `batch ${batch.toFixed(1)}`));
    }
    row.append(first, second);
    return row;
  });
  byId('models').replaceChildren(...rows);
  byId('no-model').hidden = rows.length > 0;
}

async function json(path) {
  const response = await fetch(path, {cache: 'no-store', signal: AbortSignal.timeout(5000)});
  if (!response.ok) {
    throw new Error(`${path}: ${response.status}`);
  }
  return response.json();
}

async function poll() {
  try {
    const [figures, listed] = await Promise.all([json('/dashboard/stats'), json('/pipelines')]);
    showPipelines(listed.pipelines);
    showModels(figures.models);
    const seconds = before ? figures.elapsedSeconds - before.elapsedSeconds : 0;
    for (const [key, view] of views) {
      const now = figures.streams[key];
      if (now) {
        view.showFigures(now, before?.streams[key], seconds);
        view.tick();
      }
    }
    before = figures;
    setState(byId('state'), 'good', `running · up ${upTime(figures.elapsedSeconds)}`);
  } catch {
    setState(byId('state'), 'bad', 'no answer from the server');
  }
  setTimeout(poll, POLL_MILLIS);
}

function upTime(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) {
    return `${Math.floor(seconds)} s`;
  }
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

async function tryPhoto(file) {
  const pipeline = pipelines.find(each => each.mediaTypes.some(type => type.startsWith('image/')));
  const text = byId('answer-text');
  const link = byId('answer-link');
  if (!file || !pipeline) {
    return;
  }
  text.hidden = false;
  text.className = 'hint';
  text.textContent = `${file.name} is on its way`;
  const started = performance.now();
  try {
    const response = await fetch(`/pipelines/${encodeURIComponent(pipeline.name)}`, {
      method: 'POST', body: file, headers: {accept: 'image/jpeg', 'content-type': 'application/octet-stream'},
    });
    if (!response.ok) {
      throw new Error((await response.json()).error);
    }
    const url = URL.createObjectURL(await response.blob());
    URL.revokeObjectURL(byId('answer').src);
    byId('answer').src = url;
    byId('answer').alt = `${file.name} with what ${pipeline.name} found in it`;
    link.href = url;
    link.hidden = false;
    text.textContent = `${file.name} · ${whole(performance.now() - started)} ms`;
  } catch (error) {
    link.hidden = true;
    text.className = 'hint bad';
    text.textContent = error.message;
  }
}

const drop = byId('drop');
for (const type of ['dragover', 'dragleave', 'drop']) {
  drop.addEventListener(type, event => {
    event.preventDefault();
    drop.classList.toggle('over', type === 'dragover');
    if (type === 'drop') {
      tryPhoto(event.dataTransfer.files[0]);
    }
  });
}
addEventListener('hashchange', () => {
  const view = views.get(decodeURIComponent(location.hash.slice(1)));
  if (view) {
    goLive(view);
  }
});
byId('photo').addEventListener('change', event => tryPhoto(event.target.files[0]));
poll();
