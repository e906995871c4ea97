// Runs before the first paint, so that the page never flashes in the other theme. Not a module: modules come too late.
(() => {
  const chosen = localStorage.getItem('theme');
  if (chosen === 'light' || chosen === 'dark') {
    document.documentElement.dataset.theme = chosen;
  }
})();
