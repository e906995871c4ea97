// What the page knows, and who wants to hear of it. Panels read from here and never from each other.

const WINDOW_SECONDS = 180;
const LEAST_SECONDS = 0.4;
const SMOOTHED = 3;

export class Store {
  constructor() {
    this.listeners = new Map();
    this.stats = null;
    this.points = new Map();
    this.selected = '';
    this.paused = false;
    this.hidden = new Set();
    this.skewMillis = Infinity;
  }

  /** Topics: stats, frame, selected, paused, hidden, connection. */
  on(topic, listener) {
    this.listeners.set(topic, [...(this.listeners.get(topic) ?? []), listener]);
  }

  emit(topic, value) {
    for (const listener of this.listeners.get(topic) ?? []) {
      listener(value);
    }
  }

  get pipelines() {
    return this.stats?.pipelines ?? [];
  }

  /** All streams as {key, pipeline, name, state, …}. */
  get streams() {
    return this.pipelines.flatMap(pipeline => pipeline.streams.map(stream => (
      {...stream, pipeline: pipeline.name, key: `${pipeline.name}/${stream.name}`})));
  }

  /** The pipeline that is looked at: the selected stream's, or the selected one that has no stream. */
  get pipeline() {
    const name = this.selected.split('/')[0];
    return this.pipelines.find(each => each.name === name) ?? this.pipelines[0];
  }

  get stream() {
    return this.streams.find(each => each.key === this.selected);
  }

  /** Selects `pipeline/stream` or `pipeline`; what is not there gives way to the first that is. */
  select(wanted) {
    const keys = this.streams.map(({key}) => key);
    const of = keys.find(key => key.startsWith(`${wanted}/`));
    const known = keys.includes(wanted) || this.pipelines.some(({name}) => name === wanted);
    const chosen = of ?? (known ? wanted : keys[0] ?? this.pipelines[0]?.name ?? '');
    if (chosen !== this.selected) {
      this.selected = chosen;
      this.emit('selected', chosen);
    }
  }

  setPaused(paused) {
    this.paused = paused;
    this.emit('paused', paused);
  }

  toggleClass(label) {
    if (!this.hidden.delete(label)) {
      this.hidden.add(label);
    }
    this.emit('hidden', this.hidden);
  }

  /** Newer figures from the server. */
  take(stats) {
    const before = this.stats;
    this.stats = stats;
    this.skewMillis = Math.min(this.skewMillis, Date.now() - stats.nowMillis);
    const seconds = before ? stats.elapsedSeconds - before.elapsedSeconds : 0;
    if (before && seconds > 0 && seconds < LEAST_SECONDS) {
      this.stats = before;
      return;
    }
    if (seconds > 0) {
      this.measure(before, seconds);
    }
    this.select(this.selected);
    this.emit('stats', stats);
  }

  measure(before, seconds) {
    const earlier = new Map(before.pipelines.flatMap(({name, streams}) =>
      streams.map(stream => [`${name}/${stream.name}`, stream])));
    for (const {key, stages} of this.streams) {
      const now = this.stats.streams[key];
      const then = before.streams[key];
      const past = earlier.get(key)?.stages;
      if (!now || !then || !past || now.captured < then.captured) {
        continue;
      }
      const frames = Math.max(1, stages.frames - past.frames);
      const mean = stage => Math.max(0, (stages[stage] - past[stage]) / frames * 1000);
      const points = this.points.get(key) ?? [];
      points.push({
        at: Date.now() / 1000,
        in: (now.captured - then.captured) / seconds,
        out: (now.inferred - then.inferred) / seconds,
        queue: mean('queueSeconds'),
        preprocess: mean('preprocessSeconds'),
        infer: mean('inferSeconds'),
        postprocess: mean('postprocessSeconds'),
      });
      while (points[0].at < Date.now() / 1000 - WINDOW_SECONDS - 2) {
        points.shift();
      }
      this.points.set(key, points);
    }
  }

  /** A rate over the last seconds, so that it does not flicker; undefined before it was measured. */
  rate(key, which) {
    const last = (this.points.get(key) ?? []).slice(-SMOOTHED);
    return last.length === 0 ? undefined : last.reduce((sum, point) => sum + point[which], 0) / last.length;
  }

  /** What a stream is doing: a kind for the dot, a word, and a sentence where there is one. */
  condition(stream) {
    const rateIn = this.rate(stream.key, 'in');
    switch (stream.state) {
      case 'failed':
        return {kind: 'bad', word: 'failed', sentence: stream.reason};
      case 'ended':
        return {kind: '', word: 'ended', sentence: 'the source is at its end'};
      case 'waiting':
        return {kind: '', word: 'waiting', sentence: 'no frame has come yet'};
      default:
        if (rateIn === 0) {
          return {kind: 'bad', word: 'no frames', sentence: 'the camera sends nothing'};
        }
        return rateIn !== undefined && this.rate(stream.key, 'out') < 0.8 * rateIn
          ? {kind: 'warn', word: 'slow', sentence: 'more frames come than can be inferred'}
          : {kind: 'good', word: 'live', sentence: ''};
    }
  }

  /** Milliseconds from a frame's arrival at the server until now, by the server's clock. */
  behind(timestamp) {
    return Math.max(0, Date.now() - (Number.isFinite(this.skewMillis) ? this.skewMillis : 0) - Date.parse(timestamp));
  }
}

export {WINDOW_SECONDS};
