// The public site reads without any of this.
import "./theme_switch.js";
import "./site/menus.js";
import "./site/code_copy.js";
import "./site/videos.js";
import "./site/contents_list.js";
