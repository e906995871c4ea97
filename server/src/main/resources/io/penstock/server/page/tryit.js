// A photo to the pipeline that is looked at: its boxes, where the time went, and the JSON.

import {byId, copyable, el, setText} from './dom.js';
import {inWords} from './overlay.js';
import {Picture} from './picture.js';

const STAGES = [['queue', 'queueSeconds'], ['preprocess', 'preprocessSeconds'], ['infer', 'inferSeconds'],
  ['postprocess', 'postprocessSeconds']];

const takesPictures = pipeline => pipeline?.mediaTypes.some(type => type.startsWith('image/'));

async function ask(pipeline, file) {
  const response = await fetch(`/pipelines/${encodeURIComponent(pipeline)}`, {
    method: 'POST', body: file, headers: {accept: 'application/json', 'content-type': 'application/octet-stream'},
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.error);
  }
  return answer;
}

function takeDrops(drop, take) {
  for (const type of ['dragover', 'dragleave', 'drop']) {
    drop.addEventListener(type, event => {
      event.preventDefault();
      drop.classList.toggle('over', type === 'dragover');
      if (type === 'drop') {
        take(event.dataTransfer.files[0]);
      }
    });
  }
}

export function mountTryIt(store) {
  const input = el('input', {type: 'file', id: 'photo', accept: 'image/*', className: 'unseen', 'aria-label': 'Choose a photo'});
  const drop = el('label', {className: 'drop', id: 'drop'}, input, el('span', {}, 'Drop a photo here, or ',
    el('u', {textContent: 'choose one'})));
  const said = el('p', {className: 'hint', id: 'answer-text', role: 'status', hidden: true});
  const picture = new Picture('photo');
  picture.root.hidden = true;
  const answerBlock = copyable('The answer', '');
  const json = answerBlock.querySelector('pre');
  const details = el('details', {hidden: true}, el('summary', {textContent: 'JSON'}), answerBlock);
  const curl = copyable('From a shell, boxes painted', '');
  byId('try').append(el('h2', {textContent: 'Try it'}), drop, said, picture.root, details, curl);

  const tryPhoto = async file => {
    const pipeline = store.pipeline;
    if (!file || !takesPictures(pipeline)) {
      return;
    }
    said.hidden = false;
    said.className = 'hint';
    setText(said, `${file.name} is on its way`);
    const started = performance.now();
    try {
      const answer = await ask(pipeline.name, file);
      const took = performance.now() - started;
      picture.clear(file.name);
      picture.root.hidden = details.hidden = false;
      await picture.show(file, answer);
      const stages = STAGES.map(([name, key]) => `${name} ${(answer.timings[key] * 1000).toFixed(1)}`).join(' · ');
      setText(said, `${inWords(answer.detections)} in ${Math.round(took)} ms: ${stages}`);
      json.textContent = JSON.stringify(answer, null, 2);
    } catch (error) {
      picture.root.hidden = details.hidden = true;
      said.className = 'hint bad';
      setText(said, error.message);
    }
  };
  takeDrops(drop, tryPhoto);
  input.addEventListener('change', () => {
    tryPhoto(input.files[0]);
    input.value = '';
  });
  const show = () => {
    byId('try').hidden = !takesPictures(store.pipeline);
    setText(curl.querySelector('pre'), `curl -H 'Accept: image/jpeg' -o out.jpg \\\n  --data-binary @photo.jpg \\\n  ${
      location.origin}/pipelines/${store.pipeline?.name}`);
  };
  store.on('selected', show);
  store.on('stats', show);
}
