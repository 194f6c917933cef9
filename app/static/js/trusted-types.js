// htmx writes HTML that our own server rendered, so its policy passes HTML on. It never runs code that came as text:
// script elements in answers stay inert, and hx-on, "js:" values and trigger filters are refused.
// The policy can be made once, here, so no other script can use its name.
// Where htmx did not come, pages are used as they are without a script.
(() => {
  document.documentElement.classList.toggle("without-htmx", !window.htmx);
  if (!window.htmx) return;
  const rules = { createHTML: (html) => html, createScript: () => "" };
  const policy = window.trustedTypes ? trustedTypes.createPolicy("htmx", rules) : rules;

  function refuse() {
    throw new TypeError("This shop runs no code from attributes.");
  }

  htmx.registerExtension("trusted-types", { init: (api) => api.initSecurity(policy, refuse, refuse) });
})();
