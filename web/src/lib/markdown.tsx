import { Fragment, type ReactNode } from "react";

/**
 * The part of Markdown that descriptions use, as React elements: headings, lists, quotes, code, links, emphasis.
 * Nothing is ever parsed as HTML, so there is nothing to sanitise; links go to http, https and mailto alone.
 */
export function Markdown({ text }: { text: string }): ReactNode {
  return blocksOf(text).map((block, index) => <Fragment key={index}>{render(block)}</Fragment>);
}

interface Block {
  kind: "heading" | "list" | "numbered" | "quote" | "code" | "text";
  lines: string[];
}

function kindOf(line: string): Block["kind"] {
  if (/^#{1,6}\s/.test(line)) return "heading";
  if (/^\s*[-*+]\s+/.test(line)) return "list";
  if (/^\s*\d+[.)]\s+/.test(line)) return "numbered";
  return line.startsWith(">") ? "quote" : "text";
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | null = null;
  for (const line of text.replaceAll("\r\n", "\n").split("\n")) {
    if (open?.kind === "code") {
      if (line.startsWith("```")) open = null;
      else open.lines.push(line);
    } else if (line.startsWith("```")) {
      open = { kind: "code", lines: [] };
      blocks.push(open);
    } else if (line.trim() === "") {
      open = null;
    } else {
      const kind = kindOf(line);
      if (!open || open.kind !== kind || kind === "heading") {
        open = { kind, lines: [] };
        blocks.push(open);
      }
      open.lines.push(line);
    }
  }
  return blocks;
}

function render({ kind, lines }: Block): ReactNode {
  if (kind === "code") return <pre>{lines.join("\n")}</pre>;
  if (kind === "heading") return <h4>{inline(lines.join(" ").replace(/^#+\s*/, ""))}</h4>;
  if (kind === "quote") return <blockquote>{inline(lines.map((line) => line.replace(/^>\s?/, "")).join(" "))}</blockquote>;
  if (kind === "text") return <p>{inline(lines.join(" "))}</p>;
  const entries = lines.map((line, index) => <li key={index}>{inline(line.replace(/^\s*(?:[-*+]|\d+[.)])\s+/, ""))}</li>);
  return kind === "list" ? <ul>{entries}</ul> : <ol>{entries}</ol>;
}

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)|(https?:\/\/[^\s<>)]+)/g;

function inline(text: string): ReactNode[] {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    parts.push(text.slice(at, match.index));
    parts.push(<Fragment key={match.index}>{inlinePart(match)}</Fragment>);
    at = match.index + match[0].length;
  }
  parts.push(text.slice(at));
  return parts;
}

function inlinePart([whole, code, strong, em, label, target, bare]: RegExpMatchArray): ReactNode {
  if (code) return <code>{code}</code>;
  if (strong) return <strong>{strong}</strong>;
  if (em) return <em>{em}</em>;
  const href = target ?? bare ?? "";
  if (!/^(https?:\/\/|mailto:)/i.test(href)) return whole;
  return (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {label ?? bare}
    </a>
  );
}
