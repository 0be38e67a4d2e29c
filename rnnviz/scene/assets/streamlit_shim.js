// Stands in a page for a piece whose code is sent apart, and hands over to that code.
const page = (window[Symbol.for("rnnviz.page")] ??= { waiting: new Map() });

export default function (component) {
  const { parentElement } = component;
  if (page.show) {
    page.show(component);
  } else {
    page.waiting.set(parentElement, component);
  }
  return () => (page.end ? page.end(parentElement) : page.waiting.delete(parentElement));
}
