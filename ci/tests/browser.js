// Answers what browser.py asks a page: what JupyterLab knows, and what it shows of the notebook.
globalThis.look = {
  panel: () => globalThis.jupyterapp?.shell.currentWidget,
  cells: () => look.panel().content.widgets,
  // Without the empty one that JupyterLab adds behind the last cell that is run.
  code: () => look.cells().filter(({model}) => model.type === 'code' && model.sharedModel.source.trim()),
  outer: () => look.panel().content.node.querySelector('.jp-WindowedPanel-outer'),

  kernelIs: status => look.panel().sessionContext.session?.kernel?.status === status,
  someRuns: () => look.code().some(({model}) => model.executionState === 'running'),
  noneHasRun: () => look.code().every(({model}) => !model.executionCount),
  // Between a restart and the first cell, JupyterLab may call every cell idle for a moment.
  allHaveRun: () => look.code().every((_, at) => look.hasRun(at + 1, null)) || look.someFailed(),
  someFailed: () => look.code().some(({model}) => !look.mustFail(model)
    && model.outputs.toJSON().some(({output_type}) => output_type === 'error')),
  mustFail: model => (model.getMetadata('tags') ?? []).includes('raises-exception'),
  // Has a code cell run, and does it bear another number than before?
  hasRun(number, before) {
    const {executionCount, executionState} = look.code()[number - 1].model;
    return Boolean(executionCount) && executionCount !== before && executionState === 'idle';
  },

  frame: () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))),

  // JupyterLab draws a cell only when it comes into view.
  allDrawn: () => look.cells().every(({node}) => node.checkVisibility({contentVisibilityAuto: true}))
    && [...look.outer().querySelectorAll('img')].every(image => image.complete),

  // Each output that holds a picture: its words, and how its <img> is seen.
  async figures() {
    const holdsPicture = ({data}) => Object.entries(data ?? {}).some(([mime, content]) =>
      mime.startsWith('image/') || (mime === 'text/html' && String(content).includes('<img')));
    const figures = [];
    for (const [index, {model, node}] of look.code().entries()) {
      const outputs = model.outputs.toJSON().filter(holdsPicture);
      if (outputs.length === 0) continue;
      node.scrollIntoView();
      await look.frame();
      const images = node.querySelectorAll('.jp-OutputArea-output img');
      for (const [place, output] of outputs.entries()) {
        const words = output.data['text/plain'] ?? '';
        figures.push({cell: index + 1, words, ...await look.measured(images[place])});
      }
    }
    return figures;
  },

  // An <img>, brought into view, and its pixels: the least opaque, the darkest, the lightest.
  async measured(image) {
    image?.scrollIntoView();
    await look.frame();
    await image?.decode().catch(() => null);
    if (!image?.naturalWidth) return {seen: false};
    const {width, height, right} = image.getBoundingClientRect();
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const drawn = canvas.getContext('2d');
    drawn.drawImage(image, 0, 0);
    const {data} = drawn.getImageData(0, 0, canvas.width, canvas.height);
    let [opacity, darkest, lightest] = [255, 255, 0];
    for (let i = 0; i < data.length; i += 4) {
      const grey = (data[i] + data[i + 1] + data[i + 2]) / 3;
      opacity = Math.min(opacity, data[i + 3]);
      darkest = Math.min(darkest, grey);
      lightest = Math.max(lightest, grey);
    }
    const seen = image.checkVisibility({opacityProperty: true, visibilityProperty: true});
    const fits = right <= look.panel().content.node.getBoundingClientRect().right;
    const pixels = image.naturalWidth;
    return {seen, fits, alt: image.alt, width, height, pixels, opacity, darkest, lightest};
  },

  // The text below a code cell that stands out least: its contrast with what is behind it, from 1
  // to 21 as in https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio, and its words.
  faintest(number) {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
    const luminance = colors => {
      for (canvas.fillStyle of colors) canvas.fillRect(0, 0, 1, 1);
      const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(level => level / 255)
        .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const grounds = element => element
      ? [...grounds(element.parentElement), getComputedStyle(element).backgroundColor] : [];
    const area = look.code()[number - 1].node.querySelector('.jp-OutputArea');
    const texts = document.createTreeWalker(area, NodeFilter.SHOW_TEXT);
    let faintest = {contrast: 21, words: ''};
    while (texts.nextNode()) {
      const {parentElement, data} = texts.currentNode;
      if (!data.trim()) continue;
      const behind = grounds(parentElement);
      const text = [...behind, getComputedStyle(parentElement).color];
      const [low, high] = [behind, text].map(luminance).sort((a, b) => a - b);
      const contrast = (high + 0.05) / (low + 0.05);
      if (contrast < faintest.contrast) faintest = {contrast, words: data.trim()};
    }
    return faintest;
  },
};
