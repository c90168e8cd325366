/** What has the focus, and whether that can be seen. Runs in the browser. */
(() => {
  const element = document.activeElement;
  if (!element || element === document.body) return { name: '', isVisible: false };
  const style = getComputedStyle(element);
  const name = element.getAttribute('name') ?? '';
  return {
    name: `${element.tagName.toLowerCase()} ${element.tagName === 'INPUT' ? name : (element.textContent ?? '').trim()}`,
    isVisible: style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2,
  };
})();
