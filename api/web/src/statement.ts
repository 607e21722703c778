// statement.ts -- a Markdown statement with TeX math as safe HTML. Loaded only by problem pages.
//
// Math is taken out before Markdown sees it (underscores, asterisks), rendered by KaTeX, and put
// back after DOMPurify has cleaned the rest.
import DOMPurify from "dompurify";
import katex from "katex";
import { marked } from "marked";

export function renderStatement(text: string): string {
  const math: string[] = [];
  const keep = (tex: string, display: boolean): string => {
    math.push(katex.renderToString(tex, { displayMode: display, throwOnError: false, output: "html" }));
    return `MATH${math.length - 1}HTAM`;
  };
  const cut = text
    .split(/(```[\s\S]*?```|`[^`\n]*`)/)
    .map((piece, i) =>
      i % 2
        ? piece
        : piece
            .replace(/\$\$([\s\S]+?)\$\$/g, (_, tex: string) => keep(tex, true))
            .replace(/\$([^$\n]+?(?:\n[^$\n]+?)?)\$/g, (_, tex: string) => keep(tex, false)),
    )
    .join("");
  const html = DOMPurify.sanitize(marked.parse(cut, { async: false }));
  return html.replace(/MATH(\d+)HTAM/g, (_, i: string) => math[+i]);
}
