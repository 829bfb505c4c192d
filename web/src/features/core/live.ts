import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keys } from "../../api/keys";

/** Several changes in quick succession are fetched once. */
const GATHER_MS = 120;

/** What a page read at its start is as fresh as its stream when that opens within this time. */
const JUST_STARTED_MS = 1_000;

const LIVE = [keys.rows, keys.items, keys.talk, keys.history, keys.batches, keys.config, keys.days, keys.fields];

/**
 * Listens to changes made elsewhere. One tab of a browser holds the stream (a Web Lock decides which) and tells the
 * others; when it closes, the next one takes over. What happened while nobody listened counts as a change.
 */
export function listen(workspace: string, onChange: () => void, onNotices: () => void = () => undefined): () => void {
  const name = `trimtab-live-${workspace}`;
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(name);
  const stop = new AbortController();
  const started = Date.now();
  let source: EventSource | null = null;

  function tell() {
    channel?.postMessage("changed");
    onChange();
  }

  function tellNotices() {
    channel?.postMessage("notices");
    onNotices();
  }

  function tellAll() {
    tell();
    tellNotices();
  }

  function open() {
    let deaf = false;
    source = new EventSource(`/api/v1/stream?workspace=${encodeURIComponent(workspace)}`);
    source.addEventListener("change", tell);
    source.addEventListener("notices", tellNotices);
    source.addEventListener("reset", tellAll); // the server itself was deaf for a while
    source.addEventListener("error", () => (deaf = true));
    source.addEventListener("open", () => {
      if (deaf || Date.now() - started > JUST_STARTED_MS) tellAll();
      deaf = false;
    });
  }

  channel?.addEventListener("message", (event) => (event.data === "notices" ? onNotices() : onChange()));
  if (channel && "locks" in navigator) {
    navigator.locks
      .request(name, { signal: stop.signal }, () => {
        open();
        return new Promise<void>((resolve) => stop.signal.addEventListener("abort", () => resolve()));
      })
      .catch((error: unknown) => {
        if (!stop.signal.aborted) throw error;
      });
  } else {
    open();
  }
  return () => {
    stop.abort();
    source?.close();
    channel?.close();
  };
}

/** Keeps every cached answer of a workspace fresh. Quiet: nothing is blanked, nothing that is being typed is lost. */
export function useLive(workspace: string) {
  const client = useQueryClient();
  useEffect(() => {
    if (typeof EventSource === "undefined") return undefined;
    let timer = 0;
    let fetching = false;
    let again = false;
    // One pass at a time: cancelling it at each new change would starve the screen while many people write.
    async function refresh() {
      timer = 0;
      if (fetching) {
        again = true;
        return;
      }
      fetching = true;
      await Promise.allSettled(LIVE.map((family) => client.invalidateQueries({ queryKey: family(workspace) })));
      fetching = false;
      if (again) {
        again = false;
        schedule();
      }
    }
    function schedule() {
      if (timer === 0) timer = window.setTimeout(() => void refresh(), GATHER_MS);
    }
    const notices = () => void client.invalidateQueries({ queryKey: keys.notices(workspace) });
    const stop = listen(workspace, schedule, notices);
    return () => {
      window.clearTimeout(timer);
      stop();
    };
  }, [client, workspace]);
}
