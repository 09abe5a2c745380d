// The page of a story that is only read: its previews, once.
import { Previews } from "./preview.js";

const pane = document.querySelector("[data-previews]");
if (pane) new Previews(pane).refresh();
