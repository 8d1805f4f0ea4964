/* What each metric is. The names and their order are those of results and reports. */
#include "metrics/metric.h"

static const struct metric_def table[] = {
    { "dom_elements", "DOM elements", "elements", METRIC_LOWER, METRIC_GATE, 0,
      "document.querySelectorAll('*').length: every element of the document, hidden trees too." },
    { "dom_elements_visible", "Elements in visible trees", "elements", METRIC_LOWER, METRIC_GATE, 0,
      "Elements outside of display:none trees: without the hidden twin of the chat." },
    { "dom_elements_list", "Elements in the list", "elements", METRIC_LOWER, METRIC_GATE, 0,
      "Elements inside the visible message list's scroller." },
    { "dom_nodes", "DOM nodes", "nodes", METRIC_LOWER, METRIC_GATE, 0,
      "Memory.getDOMCounters after a garbage collection: text and shadow nodes as well, so it is "
      "always more than the elements." },
    { "rendered_bubbles", "Rendered messages", "messages", METRIC_NEITHER, METRIC_REPORT, 0,
      "Message bubbles that stand in the visible list, whatever number was loaded." },
    { "rendered_share", "Rendered of loaded", "", METRIC_LOWER, METRIC_GATE, 2,
      "Rendered messages over loaded messages: near 1 the list renders every message." },
    { "listeners", "Event listeners", "listeners", METRIC_LOWER, METRIC_GATE, 0,
      "JavaScript event listeners alive after a garbage collection." },
    { "layout_objects", "Layout objects", "objects", METRIC_LOWER, METRIC_GATE, 0,
      "Boxes and texts that the layout engine keeps for the page." },
    { "documents", "Documents", "documents", METRIC_LOWER, METRIC_GATE, 0,
      "Documents alive after a garbage collection: more than the frames means a leak." },
    { "js_heap", "JS heap", "bytes", METRIC_LOWER, METRIC_GATE, 0,
      "JavaScript heap in use after a garbage collection (Runtime.getHeapUsage)." },
    { "embedder_heap", "DOM heap", "bytes", METRIC_LOWER, METRIC_GATE, 0,
      "Memory of the DOM and its styles after a garbage collection (embedder heap)." },
    { "lcp", "Largest contentful paint", "ms", METRIC_LOWER, METRIC_REPORT, 0,
      "When the largest text or picture of the first load was painted, before any input." },
    { "fcp", "First contentful paint", "ms", METRIC_LOWER, METRIC_REPORT, 0,
      "When the first text or picture of the first load was painted." },
    { "ttfb", "Time to first byte", "ms", METRIC_LOWER, METRIC_REPORT, 0,
      "When the first byte of the document's answer came." },
    { "cls", "Layout shift", "", METRIC_LOWER, METRIC_REPORT, 3,
      "Cumulative layout shift: how far visible things jumped without input (below 0.1 is good)." },
    { "storm_fps", "Frames per second in a storm", "fps", METRIC_HIGHER, METRIC_PAIRED, 1,
      "Animation frames a second while the app's state changes in each of them, as messages of its "
      "socket would change it: what a page can show when much happens." },
    { "update_ms", "Main-thread time of an update", "ms", METRIC_LOWER, METRIC_PAIRED, 1,
      "CPU time of the page's main thread for one change of the storm, with its frame." },
    { "typing_ms", "Main-thread time of typing", "ms", METRIC_LOWER, METRIC_PAIRED, 0,
      "CPU time of the page's main thread for twenty characters typed into the composer." },
    { "inp", "Interaction to next paint", "ms", METRIC_LOWER, METRIC_REPORT, 0,
      "The slowest of the typed characters, from the key to the screen, in steps of 8 ms." },
    { "raf_fps", "rAF frames per second", "fps", METRIC_HIGHER, METRIC_REPORT, 1,
      "Animation-frame callbacks a second while the list really scrolls; the compositor scrolls "
      "without them, so it stays near 60 for almost any page." },
    { "scroll_fps", "Compositor frames per second", "fps", METRIC_HIGHER, METRIC_REPORT, 1,
      "Pictures that the compositor put on the screen a second while the list scrolled, from its "
      "trace. A virtualized list may show fewer than a plain one: it mounts rows meanwhile." },
    { "longest_gap_ms", "Longest gap", "ms", METRIC_LOWER, METRIC_REPORT, 0,
      "Longest time between two pictures of a scroll." },
    { "worst_second_fps", "Worst second", "fps", METRIC_HIGHER, METRIC_REPORT, 1,
      "Fewest pictures in any second of the scroll (of the whole scroll, when it is shorter)." },
    { "partial_share", "Partial frames", "%", METRIC_LOWER, METRIC_REPORT, 1,
      "Frames of the scroll in which the compositor's part came in time and the main thread's did "
      "not." },
    { "dropped_share", "Dropped frames", "%", METRIC_LOWER, METRIC_REPORT, 1,
      "Frames of the scroll for which nothing was presented although something should have been." },
    { "janky_share", "Janky scroll updates", "%", METRIC_LOWER, METRIC_REPORT, 1,
      "Scroll updates that Chromium itself judges as janky (ScrollJankV4)." },
    { "scroll_px", "Scrolled", "px", METRIC_NEITHER, METRIC_REPORT, 0,
      "How far the list moved in the scroll pass, there and back: proof that it did." },
    { "layout_count", "Layouts while scrolling", "layouts", METRIC_NEITHER, METRIC_REPORT, 0,
      "Layouts in the scroll pass: a virtualized list mounts rows there, a plain one does not." },
    { "style_count", "Style passes while scrolling", "passes", METRIC_NEITHER, METRIC_REPORT, 0,
      "Style recalculations in the scroll pass; read like the layouts." },
    { "thread_ms", "Main-thread time", "ms", METRIC_LOWER, METRIC_PAIRED, 0,
      "CPU time of the page's main thread (Performance.getMetrics ThreadTime)." },
    { "script_ms", "Script time", "ms", METRIC_LOWER, METRIC_PAIRED, 0,
      "Part of the main-thread time spent in JavaScript." },
    { "layout_ms", "Layout time", "ms", METRIC_LOWER, METRIC_PAIRED, 0,
      "Part of the main-thread time spent in layout." },
    { "style_ms", "Style time", "ms", METRIC_LOWER, METRIC_PAIRED, 0,
      "Part of the main-thread time spent in style recalculation." },
    { "decrypt_ms_50", "Decryption of 50 messages", "ms", METRIC_LOWER, METRIC_REPORT, 0,
      "From the start of the first message's decryption to the end of the fiftieth's, where the "
      "app marks them." },
};

const struct metric_def *metric_table(size_t *count)
{
    *count = sizeof table / sizeof table[0];
    return table;
}
