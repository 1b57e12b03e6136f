// Shows the filters and applies them. What an item is about is in its data attributes; what has none of a kind passes.
(() => {
  const form = document.getElementById('filters');
  const unfold = () => {
    const target = document.getElementById(location.hash.slice(1));
    for (let place = target; place; place = place.parentElement) if (place.tagName === 'DETAILS') place.open = true;
    const inside = target && target.querySelector(':scope > details');
    if (inside) inside.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener('hashchange', unfold);
  unfold();
  let folded = [];
  addEventListener('beforeprint', () => {
    folded = [...document.querySelectorAll('details:not([open])')];
    for (const details of folded) details.open = true;
  });
  addEventListener('afterprint', () => { for (const details of folded) details.open = false; });
  if (!form) return;
  const items = [...document.querySelectorAll('[data-item]')];
  const checked = (name) => [...form.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value);
  const apply = () => {
    const verdicts = checked('verdict');
    const severities = checked('severity');
    const image = form.elements.image.value;
    const text = form.elements.text.value.trim().toLowerCase();
    const passes = ({ dataset, textContent }) =>
      (!verdicts.length || !dataset.verdict || verdicts.includes(dataset.verdict)) &&
      (!severities.length || dataset.severity === undefined || severities.some((one) => dataset.severity.split(' ').includes(one))) &&
      (!image || dataset.image === image) &&
      (!text || textContent.toLowerCase().includes(text));
    const counts = {};
    for (const item of items) {
      const shown = passes(item);
      item.classList.toggle('filtered', !shown);
      const count = (counts[item.dataset.item] ??= [0, 0]);
      count[0] += shown;
      count[1] += 1;
    }
    const filtered = verdicts.length || severities.length || image || text;
    const words = Object.entries(counts).map(([kind, [shown, all]]) => `${shown} of ${all} ${kind}s`);
    form.querySelector('output').textContent = filtered ? `Shown: ${words.join(', ')}` : '';
  };
  form.addEventListener('input', apply);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.hidden = false;
  apply();
})();
