"""An environment's apps as a graph: the data, and writers of Mermaid, Graphviz's DOT and SVG. Pure."""
