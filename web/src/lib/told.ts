/** One change in words: what it is about, then what became of it, or its value before and after. */
export interface Told {
  what: string;
  did?: string;
  was?: string;
  is?: string;
}
