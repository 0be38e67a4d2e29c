// Runs in the page before anything else. A key's time ends with the first message after the frame
// in which `done` held: by then the main thread has painted that frame.
(() => {
  localStorage.setItem("rnnviz.seen", "1");
  const player = () => window[Symbol.for("rnnviz.registry")]?.current;
  const app = () => document.querySelector("[data-testid=stApp]").dataset.testScriptState;
  const probe = (window.rnnvizProbe = { mode: null, times: [], resting: false, calls: 0 });
  const frame = window.requestAnimationFrame.bind(window);
  for (const name of ["requestAnimationFrame", "setTimeout", "setInterval"]) {
    const original = window[name].bind(window);
    window[name] = (...given) => {
      const counts = probe.resting || name === "setInterval";
      probe.calls += counts && new Error().stack.includes("-rnnviz_");
      return original(...given);
    };
  }
  const DONE = {
    step: () => () => true,
    change:
      (before = player().run.hash) =>
      () =>
        player().run.hash !== before,
    // A run may begin and end between two frames.
    rerun: () => {
      let seen = false;
      const watch = new MutationObserver(() => (seen = true));
      const attributeFilter = ["data-test-script-state"];
      watch.observe(document.querySelector("[data-testid=stApp]"), { attributeFilter });
      return () => seen && app() === "notRunning";
    },
  };
  addEventListener(
    "keydown",
    ({ timeStamp }) => {
      const done = DONE[probe.mode]?.();
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => probe.times.push(performance.now() - timeStamp);
      const look = () => (done() ? port2.postMessage(null) : frame(look));
      done && frame(look);
    },
    true,
  );
  probe.empty = (gone = player()) => {
    gone.destroy();
    Object.keys(gone).forEach((name) => (gone[name] = null));
    window[Symbol.for("rnnviz.registry")].runs.clear();
  };
  probe.frames = (most) =>
    new Promise((resolve) => {
      const times = [];
      const next = (now) => {
        times.push(now);
        const over = !player().clock.running || now - times[0] > most;
        over ? resolve(times.slice(0, -1)) : frame(next);
      };
      frame(next);
    });
})();
