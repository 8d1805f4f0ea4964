// Nodes of every kind that stand in the document; those inside the browser's own controls do not
// count.
() => {
  const walker = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
  let nodes = 1;
  while (walker.nextNode() !== null) {
    nodes += 1;
  }
  return nodes;
}
