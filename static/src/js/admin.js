// The back office: its parts in order.
import "./theme_switch.js";
import "./admin/page.js";
import "./admin/menus.js";
import "./admin/navigation.js";
import "./admin/palette.js";
import "./admin/dialogs.js";
import "./admin/list.js";
import "./admin/files.js";
import "./admin/filters.js";
import "./admin/inline_edit.js";
import "./admin/combobox.js";
import "./admin/media_chooser.js";
import "./admin/picture_field.js";
import "./admin/nested.js";
import "./admin/editor.js";
import "./admin/form.js";
import "./admin/slug.js";
