import ReactMarkdown, { type Components, defaultUrlTransform } from "react-markdown";
import remarkGfm from "remark-gfm";
import type { MarkdownProps, Named } from "./markdown";
import css from "./markdown.module.css";

interface Node {
  type: string;
  value?: string;
  children?: Node[];
  data?: { hName: string; hProperties: Record<string, string> };
}

const HANDLE = /(?<![\p{L}\p{N}_@./+~-])@([\p{L}\p{N}_][\p{L}\p{N}_.+~-]*(?:@[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+)?)/gu;
const NOT_PROSE = new Set(["link", "linkReference", "inlineCode", "code", "html"]);
const NOBODY: Named[] = [];
const ATTACHMENT = /^attachment:([0-9a-f-]{36})$/i;

/** The Markdown of `markdown.tsx`, in a chunk of its own. */
export function Rendered({ text, named = NOBODY, me, fileUrl }: MarkdownProps) {
  return (
    <ReactMarkdown
      remarkPlugins={[remarkGfm, [mentions, named, me]]}
      components={COMPONENTS}
      urlTransform={(url) => {
        const file = ATTACHMENT.exec(url)?.[1];
        if (file) return fileUrl ? fileUrl(file) : "";
        const safe = defaultUrlTransform(url);
        return /^(https?:\/\/|mailto:)/i.test(safe) ? safe : "";
      }}
    >
      {text}
    </ReactMarkdown>
  );
}

const COMPONENTS: Components = {
  // A text lies inside a page that has headings of its own.
  h1: ({ children }) => <h4>{children}</h4>,
  h2: ({ children }) => <h4>{children}</h4>,
  h3: ({ children }) => <h4>{children}</h4>,
  h5: ({ children }) => <h4>{children}</h4>,
  h6: ({ children }) => <h4>{children}</h4>,
  a: ({ href, children }) =>
    href ? (
      <a href={href} target="_blank" rel="noreferrer noopener">
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  // A picture from elsewhere would tell its owner who reads this: it is a link. One that is attached here is shown.
  img: ({ src, alt }) => {
    if (typeof src !== "string" || src === "") return <span>{alt}</span>;
    if (!src.startsWith("/api/v1/attachments/")) {
      return (
        <a href={src} target="_blank" rel="noreferrer noopener">
          {alt || src}
        </a>
      );
    }
    return (
      <a href={src} target="_blank" rel="noreferrer noopener" className={css.picture}>
        <img src={src} alt={alt ?? ""} loading="lazy" />
      </a>
    );
  },
  table: ({ children }) => (
    // It scrolls by itself where it is wider than its place, also with the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={css.wide} tabIndex={0} role="group">
      <table>{children}</table>
    </div>
  ),
  input: ({ checked }) => <input type="checkbox" checked={checked ?? false} disabled readOnly aria-label={checked ? "done" : "to do"} />,
};

/** Marks the names after an @ of those who are known, outside of code and links: as the server finds them. */
function mentions(named: Named[], me: string | null | undefined) {
  const known = new Map(named.map((one) => [fold(one.handle), one]));
  return (tree: Node) => {
    if (known.size > 0) walk(tree);
  };

  function walk(node: Node) {
    if (!node.children || NOT_PROSE.has(node.type)) return;
    node.children = node.children.flatMap((child) => {
      if (child.type === "text" && child.value?.includes("@")) return split(child.value);
      walk(child);
      return [child];
    });
  }

  function split(text: string): Node[] {
    const parts: Node[] = [];
    let at = 0;
    for (const match of text.matchAll(HANDLE)) {
      const handle = (match[1] ?? "").replace(/[.\-+~]+$/, "");
      const one = known.get(fold(handle));
      if (!one) continue;
      parts.push({ type: "text", value: text.slice(at, match.index) }, marked(one, me));
      at = match.index + 1 + handle.length;
    }
    parts.push({ type: "text", value: text.slice(at) });
    return parts;
  }
}

const fold = (handle: string) => handle.normalize("NFKC").toLowerCase();

function marked(one: Named, me: string | null | undefined): Node {
  const hProperties = { className: css.mention ?? "", title: `@${one.handle}`, ...(one.id === me ? { "data-me": "" } : {}) };
  return { type: "mention", data: { hName: "span", hProperties }, children: [{ type: "text", value: `@${one.name}` }] };
}
