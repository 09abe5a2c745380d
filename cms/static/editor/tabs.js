// Two tabs of one browser on the same story know of each other before anything is typed.

/** Calls `told(sentence)` when another tab has the story open; harmless where the browser cannot tell. */
export function watchTabs(story, sentence, told) {
  if (!story || !("BroadcastChannel" in window)) return;
  const channel = new BroadcastChannel(`dakenh-story-${story}`);
  channel.addEventListener("message", (event) => {
    told(sentence);
    if (event.data === "opened") channel.postMessage("here");
  });
  channel.postMessage("opened");
}
