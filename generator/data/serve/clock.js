// Makes a page's scripts use the instant for which it was built.
(() => {
  "use strict";
  const { ahead } = document.currentScript.dataset;
  const Real = Date;
  const shift = Number(ahead);
  globalThis.Date = class extends Real {
    constructor(...parts) {
      if (parts.length) super(...parts);
      else super(Real.now() + shift);
    }
    static now() {
      return Real.now() + shift;
    }
  };
})();
