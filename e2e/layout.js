// Finds text that a person could not read: cut off, lying over other text, or sticking out of the page.
() => {
  const problems = [];
  const name = (el) => {
    const path = [];
    for (let at = el; at && path.length < 4; at = at.parentElement) {
      const id = at.getAttribute("data-testid") || at.getAttribute("aria-label") || at.className?.toString().split(" ")[0] || "";
      path.unshift(at.tagName.toLowerCase() + (id ? `[${id}]` : ""));
    }
    return path.join(" > ");
  };
  const shown = (el) => {
    for (let at = el; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.visibility === "hidden" || style.display === "none" || Number(style.opacity) === 0) return false;
      if (at.hasAttribute("data-visually-hidden") || style.clipPath === "inset(50%)") return false;
    }
    return true;
  };
  const clippers = (el) => {
    let box = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
    for (let at = el.parentElement; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const r = at.getBoundingClientRect();
      box = { left: Math.max(box.left, r.left), top: Math.max(box.top, r.top), right: Math.min(box.right, r.right), bottom: Math.min(box.bottom, r.bottom) };
    }
    return box;
  };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const el = node.parentElement;
    if (!node.textContent.trim() || !el || ["SCRIPT", "STYLE", "NOSCRIPT"].includes(el.tagName) || !shown(el)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const clip = clippers(el);
    for (const r of range.getClientRects()) {
      if (r.width < 2 || r.height < 2) continue;
      if (r.right <= clip.left || r.left >= clip.right || r.bottom <= clip.top || r.top >= clip.bottom) continue;
      texts.push({ el, r, clip, text: node.textContent.trim().slice(0, 60) });
    }
  }
  for (const { el, r, text } of texts) {
    const style = getComputedStyle(el);
    const box = el.closest("button, a")?.getBoundingClientRect();
    if (box && (r.left < box.left - 1 || r.right > box.right + 1) && style.textOverflow !== "ellipsis") problems.push(`spills over its edge: “${text}” in ${name(el)}`);
    const hides = style.overflowX === "hidden" || style.overflowX === "clip";
    if (hides && el.scrollWidth > el.clientWidth + 1 && style.textOverflow !== "ellipsis") problems.push(`cut: “${text}” in ${name(el)}`);
    if ((style.overflowY === "hidden" || style.overflowY === "clip") && el.scrollHeight > el.clientHeight + 3 && style.webkitLineClamp === "none")
      problems.push(`cut in height: “${text}” in ${name(el)}`);
    if (hides && style.textOverflow === "ellipsis" && el.scrollWidth > el.clientWidth + 1 && !el.closest("[title]") && !el.closest("[data-full]"))
      problems.push(`shortened without its whole text on hover: “${text}” in ${name(el)}`);
  }
  const visible = texts.map((t) => ({
    ...t,
    left: Math.max(t.r.left, t.clip.left), right: Math.min(t.r.right, t.clip.right), top: Math.max(t.r.top, t.clip.top), bottom: Math.min(t.r.bottom, t.clip.bottom),
  })).filter((t) => {
    const hit = document.elementFromPoint((t.left + t.right) / 2, (t.top + t.bottom) / 2);
    return hit && (hit === t.el || t.el.contains(hit) || hit.contains(t.el));
  });
  for (let i = 0; i < visible.length; i++)
    for (let j = i + 1; j < visible.length; j++) {
      const a = visible[i], b = visible[j];
      const w = Math.min(a.right, b.right) - Math.max(a.left, b.left), h = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (w > 3 && h > 5 && a.el !== b.el && !a.el.contains(b.el) && !b.el.contains(a.el)) problems.push(`overlap: “${a.text}” and “${b.text}” (${name(a.el)})`);
    }
  if (document.documentElement.scrollWidth > innerWidth + 1) problems.push(`the page is ${document.documentElement.scrollWidth} px wide in a window of ${innerWidth} px`);
  return [...new Set(problems)];
};
