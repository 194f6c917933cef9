// What htmx disables while it asks, or an answer takes away, loses the focus, and whoever has no mouse starts again at the top
// of the page. It gets the focus back; what is gone leaves it to the part that came instead.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.contains(document.activeElement)) ctx.focused = document.activeElement;
});

for (const ended of ["htmx:after:swap", "htmx:finally:request"]) {
  // htmx enables its buttons right after the last of these.
  document.addEventListener(ended, ({ detail: { ctx } }) => queueMicrotask(() => {
    if (!ctx.focused || document.activeElement !== document.body) return;
    if (ctx.focused.isConnected) return ctx.focused.focus({ preventScroll: true });
    const part = document.getElementById(ctx.target?.id);
    part?.setAttribute("tabindex", "-1");
    part?.focus({ preventScroll: true });
  }));
}

// What is typed into a form while its answer is on the way stands in the fields that the answer brings.
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  const { form, body } = ctx.request;
  if (!body?.get) return;
  const isTyped = ({ id, type, name, value }) => id && /^(text|search|email|tel|number|select|textarea)/.test(type) && value !== (body.get(name) ?? "");
  ctx.typed = [...form?.elements ?? []].filter(isTyped);
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  for (const { id, value, isConnected } of ctx.typed ?? []) {
    const field = document.getElementById(id);
    if (isConnected || !field || (field.options && ![...field.options].some((option) => option.value === value))) continue;
    field.value = value;
  }
});
