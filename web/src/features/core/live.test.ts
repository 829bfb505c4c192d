import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { listen } from "./live";

/** The browser's stream, played by hand. */
class FakeStream extends EventTarget {
  static last: FakeStream;
  constructor() {
    super();
    FakeStream.last = this;
  }
  close() {}
}

const happens = (...names: string[]) => names.forEach((name) => FakeStream.last.dispatchEvent(new Event(name)));

describe("listen", () => {
  const heard = vi.fn();
  let stop: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("EventSource", FakeStream);
    vi.stubGlobal("BroadcastChannel", undefined);
    heard.mockReset();
    stop = listen("corvane", heard);
  });
  afterEach(() => {
    stop();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("tells of a change, and of a time in which the server heard of none", () => {
    happens("open");
    expect(heard).not.toHaveBeenCalled();
    happens("change", "reset");
    expect(heard).toHaveBeenCalledTimes(2);
  });

  it("takes a lost connection for a change once it is back", () => {
    happens("open", "error");
    expect(heard).not.toHaveBeenCalled();
    happens("open");
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it("takes a late beginning for a change: the page was read long before", () => {
    vi.advanceTimersByTime(5_000);
    happens("open");
    expect(heard).toHaveBeenCalledTimes(1);
  });
});
