// The page's one connection: subscriptions out, figures and pictures in. It comes back by itself.

const FIRST_RETRY_MILLIS = 500;
const LAST_RETRY_MILLIS = 10_000;

export class Live {
  constructor(store) {
    this.store = store;
    this.wanted = '[]';
    this.tries = 0;
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && this.retry) {
        this.connect();
      }
    });
  }

  connect() {
    clearTimeout(this.retry);
    this.retry = 0;
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/dashboard/live`);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    socket.addEventListener('open', () => {
      this.tries = 0;
      socket.send(`{"stats":true,"subscribe":${this.wanted}}`);
      this.store.emit('connection', {kind: 'good', word: 'live'});
    });
    socket.addEventListener('message', ({data}) => this.receive(data));
    socket.addEventListener('close', ({code}) => this.lost(code));
  }

  lost(code) {
    const grown = Math.min(LAST_RETRY_MILLIS, FIRST_RETRY_MILLIS * 2 ** this.tries++);
    const wait = grown * (0.8 + 0.4 * Math.random());
    const why = code === 1001 ? 'the server is stopping' : 'no connection';
    const until = performance.now() + wait;
    const tell = () => {
      const left = Math.ceil((until - performance.now()) / 1000);
      this.store.emit('connection', {kind: 'bad', word: left > 0 ? `${why}, next try in ${left} s` : 'reconnecting'});
      if (left > 0) {
        this.retry = setTimeout(tell, Math.max(50, until - performance.now() - (left - 1) * 1000));
      } else {
        this.connect();
      }
    };
    tell();
  }

  /** Replaces what is seen: a list of {pipeline, stream, view}. */
  subscribe(list) {
    const wanted = JSON.stringify(list);
    if (wanted !== this.wanted) {
      this.wanted = wanted;
      if (this.socket?.readyState === WebSocket.OPEN) {
        this.socket.send(`{"subscribe":${wanted}}`);
      }
    }
  }

  receive(data) {
    if (typeof data === 'string') {
      const message = JSON.parse(data);
      if (message.type === 'stats') {
        this.store.take(message);
      } else if (message.type === 'error') {
        console.warn(message.error);
      }
      return;
    }
    const length = new DataView(data).getUint32(0);
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
    this.store.emit('frame', {
      key: `${header.pipeline}/${header.stream}`, view: header.view, result: header,
      jpeg: new Blob([new Uint8Array(data, 4 + length)], {type: 'image/jpeg'}),
    });
  }
}
