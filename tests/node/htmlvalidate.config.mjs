export default {
  root: true,
  extends: ["html-validate:recommended", "html-validate:document"],
  rules: {
    // A list has a role that may be named, and screen readers say its name.
    "aria-label-misuse": ["error", { allowAnyNamable: true }],
    // Both are right; ours is the shorter to write.
    "doctype-style": ["error", { style: "lowercase" }],
    // Several boxes of one name are a choice of several.
    "form-dup-name": ["error", { shared: ["radio", "checkbox", "submit", "button", "reset"] }],
    // Safari takes a list without marks for none, unless its role says so.
    "no-redundant-role": "off",
    "prefer-native-element": ["error", { exclude: ["list"] }],
    // About search results, where no page of ours is; names in our titles are as long as Popsell says.
    "long-title": "off",
    // What a template leaves where it has nothing to say weighs nothing once it is compressed.
    "no-trailing-whitespace": "off",
    // Files of our own host come with the page that would vouch for them.
    "require-sri": ["error", { target: "crossorigin" }],
  },
};
