// Parses each flowchart of standard input, a JSON list of texts, by Mermaid's own parser: a JSON list of errors, "" for none.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("");
Object.assign(globalThis, { window, document: window.document });
const { default: mermaid } = await import("mermaid");
mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });

const told = [];
for (const text of JSON.parse(readFileSync(0, "utf-8"))) {
  try {
    const found = await mermaid.parse(text);
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
    const labels = [...db.getVertices().values()].map((node) => node.text);
    told.push({ error: "", type: found.diagramType, labels, edges: db.getEdges().length });
  } catch (error) {
    told.push({ error: String(error.message ?? error) });
  }
}
process.stdout.write(JSON.stringify(told));
