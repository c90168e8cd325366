/* oxlint-disable unicorn/consistent-function-scoping -- a page takes one expression, with all that it needs within */
/** What is wrong with a page for a person who looks at it, hears it or uses only a keyboard. Runs in the browser. */
(() => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth)
    faults.push(`it scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`);
  if (root.lang !== 'en') faults.push('it does not say its language');
  if (document.title.trim() === '') faults.push('it has no title');
  if (document.querySelectorAll('h1').length !== 1) faults.push('it has not one heading');
  if (document.querySelectorAll('main').length !== 1) faults.push('it has not one main part');
  if (document.querySelectorAll('script, img, link, iframe, [style]').length > 0)
    faults.push('it holds more than text');

  for (const input of document.querySelectorAll('input')) {
    if (input.type !== 'hidden' && !input.hidden && (input.labels?.length ?? 0) === 0)
      faults.push(`no label for ${input.name}`);
    for (const id of (input.getAttribute('aria-describedby') ?? '').split(' ')) {
      if (id !== '' && !document.getElementById(id))
        faults.push(`${input.name} is described by "${id}", which is not there`);
    }
  }

  const parse = (color) => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (color.match(/[\d.]+/g) ?? []).map(Number);
    return [red, green, blue, alpha];
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [red, green, blue, alpha] = parse(getComputedStyle(at).backgroundColor);
      if (alpha > 0.99) return [red, green, blue];
    }
    return [255, 255, 255];
  };
  const luminance = (color) => {
    const [red = 0, green = 0, blue = 0] = color.map((channel) => {
      const share = channel / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [a, b] = [luminance(one), luminance(other)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  for (const element of document.querySelectorAll('body *')) {
    const box = element.getBoundingClientRect();
    const hasText = [...element.childNodes].some(
      (node) => node.nodeType === 3 && (node.textContent ?? '').trim() !== '',
    );
    if (hasText && box.width > 0) {
      const [red, green, blue] = parse(getComputedStyle(element).color);
      const ratio = contrast([red, green, blue], behind(element));
      if (ratio < 4.5)
        faults.push(`contrast ${ratio.toFixed(2)} of "${(element.textContent ?? '').trim().slice(0, 40)}"`);
    }
    if (element.matches('input:not([type=hidden], [hidden])')) {
      const [red, green, blue] = parse(getComputedStyle(element).borderTopColor);
      const ratio = contrast([red, green, blue], behind(element.parentElement));
      if (ratio < 3) faults.push(`contrast ${ratio.toFixed(2)} of the edge of a field`);
    }
    if (
      element.matches('button:not(.link), a.button, input:not([type=hidden], [hidden])') &&
      (box.height < 44 || box.height > 90)
    ) {
      faults.push(`no size for a finger: ${element.outerHTML.slice(0, 60)}`);
    }
  }
  return faults;
})();
