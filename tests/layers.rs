//! The architecture as a test: reads the sources and holds them to the rules that the compiler cannot see.
#![cfg(test)]
#![expect(
    clippy::string_slice,
    reason = "the offsets come from the same text, and a panic is a failing test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The layers of `src/`: each may use those with a smaller number, none of its own number.
const LAYERS: [(&str, u8); 13] = [
    ("model", 0),
    ("crypto", 0),
    ("merge", 1),
    ("search", 1),
    ("insight", 1),
    ("exchange", 1),
    ("locale", 1),
    ("bundle", 2),
    ("vault", 3),
    ("engine", 4),
    ("cli", 4),
    ("web", 5),
    ("ui", 6),
];

/// Crates of the browser, by the names that code uses.
const BROWSER_CRATES: [&str; 9] = [
    "gloo",
    "idb",
    "js_sys",
    "leptos",
    "leptos_i18n",
    "leptos_router",
    "wasm_bindgen",
    "wasm_bindgen_futures",
    "web_sys",
];

/// The promise of the product in one line: nothing is loaded from, and nothing is sent to, another place.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
    base-uri 'none'; form-action 'none'";

const MOST_LINES: usize = 600;

#[test]
fn layers_use_only_what_stands_below_them() {
    let mut faults = Vec::new();
    for source in sources() {
        let Some(own) = source.layer() else { continue };
        for used in source.layers_used() {
            if used != own && number(used) >= number(own) {
                faults.push(format!("{} ({own}) uses {used}", source.path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_folder_of_the_sources_is_a_layer() {
    let unknown: Vec<_> = sources()
        .iter()
        .filter_map(|source| source.path.components().nth(1).map(|part| part.as_os_str().to_owned()))
        .filter(|folder| {
            let name = folder.to_string_lossy();
            !name.ends_with(".rs") && name != "bin" && LAYERS.iter().all(|(layer, _)| *layer != name)
        })
        .collect();
    assert!(unknown.is_empty(), "without a place in the table of layers: {unknown:?}");
}

#[test]
fn only_the_edges_know_the_browser() {
    let mut faults = Vec::new();
    for source in sources() {
        let edge = match source.layer() {
            Some(layer) => matches!(layer, "web" | "ui"),
            None => source.path.ends_with("src/main.rs") || source.path.starts_with("src/bin"),
        };
        for name in BROWSER_CRATES.iter().filter(|_| !edge) {
            if paths(&source.code).any(|path| path.first().is_some_and(|first| first == name)) {
                faults.push(format!("{} uses {name}", source.path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn browser_crates_are_dependencies_of_wasm_only() {
    let mut section = String::new();
    let mut seen = 0;
    for line in read("Cargo.toml").lines() {
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']).to_owned();
        }
        // A dependency has a line of its own or, as web-sys, a section of its own.
        let name =
            if line.starts_with('[') { section.rsplit('.').next() } else { line.split([' ', '=']).next() };
        let name = name.unwrap_or_default().replace('-', "_");
        if section.contains("dependencies") && BROWSER_CRATES.contains(&name.as_str()) {
            seen += 1;
            assert!(
                section.starts_with("target.'cfg(target_family = \"wasm\")'."),
                "{name} is in [{section}]"
            );
        }
    }
    assert!(seen > 0, "Cargo.toml names no crate of the browser: this test reads it wrongly");
}

#[test]
fn every_file_says_what_it_is_and_is_short_enough_to_read() {
    let tests = files("tests").into_iter().filter(|path| extension(path) == "rs");
    for path in files("src").into_iter().filter(|path| extension(path) == "rs").chain(tests) {
        let text = read(&path);
        assert!(text.starts_with("//!"), "{} does not start with //!", path.display());
        let lines = text.lines().count();
        assert!(lines <= MOST_LINES, "{} has {lines} lines", path.display());
    }
}

#[test]
fn both_languages_have_the_same_messages() {
    let folder = Path::new("src/locale/text");
    if !folder.exists() {
        assert!(!Path::new("src/ui/screens").exists(), "there are screens, but no {}", folder.display());
        return;
    }
    let japanese = messages(&folder.join("ja.json"));
    let english = messages(&folder.join("en.json"));
    let missing = |from: &BTreeMap<String, String>, to: &BTreeMap<String, String>| {
        from.keys().filter(|key| !to.contains_key(*key)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(missing(&japanese, &english), Vec::<String>::new(), "only in ja.json");
    assert_eq!(missing(&english, &japanese), Vec::<String>::new(), "only in en.json");
    for (key, text) in &japanese {
        assert!(!text.trim().is_empty(), "{key} is empty in ja.json");
        assert!(!english[key].trim().is_empty(), "{key} is empty in en.json");
        assert_eq!(placeholders(text), placeholders(&english[key]), "the placeholders of {key} differ");
    }
}

#[test]
fn the_page_has_the_policy_and_nothing_that_it_would_block() {
    let page = read("index.html");
    let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">");
    assert!(page.contains(&meta), "index.html lacks exactly this: {meta}");
    assert_eq!(page.matches("http-equiv").count(), 1, "index.html says more by http-equiv than the policy");
    assert!(!page.contains("<script"), "scripts are files: Trunk names them by pattern_script");
    assert!(!page.contains("<style"), "styles are files of style/");
    for attribute in attributes(&page) {
        assert!(
            attribute != "style" && !attribute.starts_with("on"),
            "index.html has an attribute {attribute}"
        );
    }
    for source in sources().into_iter().filter(|source| source.layer() == Some("ui")) {
        let file = source.path.display();
        for (before, after) in around(&source.text, "style=") {
            // `style=(name, value)` and `style:name=value` set one property; a whole text would be blocked.
            let whole =
                !before.is_some_and(|c| c.is_alphanumeric() || "-_:".contains(c)) && after != Some('(');
            assert!(!whole, "{file} sets a whole style attribute: use style:name=…");
        }
        for word in ["<script", "<style", "inner_html", "outer_html", "insert_adjacent_html", "javascript:"] {
            assert!(!source.text.contains(word), "{file} has {word}");
        }
    }
}

#[test]
fn every_style_sheet_is_linked_and_loads_nothing() {
    let page = read("index.html");
    let sheets: Vec<_> = files("style").into_iter().filter(|path| extension(path) == "css").collect();
    for sheet in &sheets {
        let link = format!("<link data-trunk rel=\"css\" href=\"{}\">", sheet.display());
        assert!(page.contains(&link), "index.html lacks {link}: Trunk does not resolve @import");
        let text = read(sheet);
        for word in ["@import", "http:", "https:"] {
            assert!(!text.contains(word), "{} has {word}", sheet.display());
        }
    }
    let links =
        page.lines().filter(|line| line.trim_start().starts_with("<link data-trunk rel=\"css\"")).count();
    assert_eq!(links, sheets.len(), "index.html links style sheets that do not exist, or some of them twice");
}

#[test]
fn the_tools_have_the_versions_that_the_crates_need() {
    let trunk = read("Trunk.toml");
    let version = |text: &str, before: &str, after: char| {
        text.split_once(before)
            .and_then(|(_, rest)| rest.split_once(after))
            .map(|(found, _)| found.to_owned())
    };
    let bindgen = version(&trunk, "wasm_bindgen = \"", '"');
    assert!(bindgen.is_some());
    assert_eq!(bindgen, version(&read("Cargo.toml"), "wasm-bindgen = \"=", '"'));
    let dev = read("dev");
    assert_eq!(version(&trunk, "wasm_opt = \"version_", '"'), version(&dev, "BINARYEN=", '.'));
    let toolchain = version(&dev, "RUSTUP_TOOLCHAIN=", '\n').unwrap();
    let oldest = version(&read("Cargo.toml"), "rust-version = \"", '"').unwrap();
    assert!(toolchain.starts_with(&oldest), "./dev uses Rust {toolchain}, Cargo.toml says {oldest}");
}

/// One file below `src/`.
struct Source {
    path: PathBuf,
    /// Without comments.
    text: String,
    /// Without comments and without the contents of strings.
    code: String,
}

impl Source {
    fn layer(&self) -> Option<&'static str> {
        let folder = self.path.components().nth(1)?.as_os_str().to_str()?;
        LAYERS.iter().map(|(name, _)| *name).find(|name| *name == folder)
    }

    /// How many `super` lead to the crate's root.
    fn depth(&self) -> usize {
        let parts = self.path.components().count() - 1;
        if self.path.ends_with("mod.rs") { parts - 1 } else { parts }
    }

    fn layers_used(&self) -> Vec<&'static str> {
        let named = paths(&self.code).filter_map(|path| {
            let supers = path.iter().take_while(|part| *part == "super").count();
            let from_root = match path.first().map(String::as_str) {
                Some("crate" | "daifuku") => 1,
                Some("super") if supers >= self.depth() => supers,
                _ => return None,
            };
            let name = path.get(from_root)?;
            LAYERS.iter().map(|(layer, _)| *layer).find(|layer| layer == name)
        });
        named.collect()
    }
}

fn number(layer: &str) -> u8 {
    LAYERS.iter().find(|(name, _)| *name == layer).unwrap().1
}

fn sources() -> Vec<Source> {
    let sources: Vec<_> = files("src")
        .into_iter()
        .filter(|path| extension(path) == "rs")
        .map(|path| {
            let content = read(&path);
            Source { path, text: strip(&content, true), code: strip(&content, false) }
        })
        .collect();
    assert!(!sources.is_empty(), "there are no sources");
    sources
}

/// All files below a folder, in order; none if there is no such folder. Packages of others are left out.
fn files(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(&folder) else { return Vec::new() };
    let mut found: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| !path.ends_with("node_modules"))
        .flat_map(|path| if path.is_dir() { files(path) } else { vec![path] })
        .collect();
    found.sort();
    found
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.as_ref().display()))
}

/// Blanks comments and, unless `strings` is set, what stands in strings.
fn strip(source: &str, strings: bool) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let (length, keep) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), false)
        } else if rest.starts_with("/*") {
            (block_comment(rest), false)
        } else if let Some(length) = string(rest, out.chars().next_back()) {
            (length, strings)
        } else {
            (character(rest), true)
        };
        out.push_str(if keep { &rest[..length] } else { " " });
        rest = &rest[length.max(c.len_utf8())..];
    }
    out
}

fn block_comment(rest: &str) -> usize {
    let mut open = 0_u32;
    for (at, _) in rest.char_indices() {
        if rest[at..].starts_with("/*") {
            open += 1;
        } else if rest[..at].ends_with("*/") && at > 3 {
            open -= 1;
            if open == 0 {
                return at;
            }
        }
    }
    rest.len()
}

/// The length of the string that starts here, if one does.
fn string(rest: &str, before: Option<char>) -> Option<usize> {
    if let Some(raw) =
        rest.strip_prefix('r').filter(|_| !before.is_some_and(|c| c.is_alphanumeric() || c == '_'))
    {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let end = format!("\"{}", &raw[..hashes]);
            let body = &raw[hashes + 1..];
            return Some(2 + hashes + body.find(&end).map_or(body.len(), |at| at + end.len()));
        }
    }
    let body = rest.strip_prefix('"')?;
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 2),
            _ => {}
        }
    }
    Some(rest.len())
}

/// The length of the character literal that starts here, so that '"' opens no string; else of one character.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices();
    let first = chars.next().map_or(0, |(_, c)| c.len_utf8());
    if !rest.starts_with('\'') {
        return first;
    }
    let escaped = rest.starts_with("'\\");
    let end =
        chars.skip(if escaped { 2 } else { 1 }).find(|(_, c)| escaped || *c == '\'' || c.is_whitespace());
    match end {
        Some((at, '\'')) if escaped || rest[1..at].chars().count() == 1 => at + 1,
        _ => first,
    }
}

/// All paths in the code, such as `crate::model::id`; `use crate::{a, b::c}` gives one for each branch.
fn paths(code: &str) -> impl Iterator<Item = Vec<String>> {
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let word = rest.len() - rest.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len();
        let length = if word > 0 {
            word
        } else if rest.starts_with("::") {
            2
        } else {
            c.len_utf8()
        };
        if !c.is_whitespace() {
            tokens.push(&rest[..length]);
        }
        rest = &rest[length..];
    }
    let mut found = Vec::new();
    let mut path: Vec<String> = Vec::new();
    let mut outer: Vec<Vec<String>> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let previous = at.checked_sub(1).map(|at| tokens[at]);
        match *token {
            "::" => {}
            "{" if previous == Some("::") => outer.push(path.clone()),
            "{" => outer.push(Vec::new()),
            "}" => {
                outer.pop();
                path.clear();
            }
            word if word.starts_with(|c: char| c.is_alphanumeric() || c == '_') => {
                if previous != Some("::") {
                    path = outer.last().cloned().unwrap_or_default();
                }
                path.push(word.to_owned());
                found.push(path.clone());
            }
            _ => path.clear(),
        }
    }
    found.into_iter().filter(|path| path.len() > 1)
}

/// The messages of a translation file by their full keys.
fn messages(path: &Path) -> BTreeMap<String, String> {
    fn collect(prefix: &str, value: &serde_json::Value, into: &mut BTreeMap<String, String>) {
        match value {
            serde_json::Value::String(text) => {
                into.insert(prefix.to_owned(), text.clone());
            }
            serde_json::Value::Object(members) => {
                for (key, member) in members {
                    let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                    collect(&key, member, into);
                }
            }
            other => panic!("{prefix} is neither a text nor a group: {other}"),
        }
    }
    let mut found = BTreeMap::new();
    collect("", &serde_json::from_str(&read(path)).unwrap(), &mut found);
    assert!(!found.is_empty(), "{} has no messages", path.display());
    found
}

/// The names in `{{ name }}` and the tags in `<name>`, each once, in order.
fn placeholders(text: &str) -> Vec<String> {
    let between = |open: &'static str, close: &'static str| {
        text.split(open).skip(1).filter_map(move |part| part.split_once(close)).map(|(name, _)| name)
    };
    let names = between("{{", "}}").map(|name| name.split(',').next().unwrap_or(name).trim().to_owned());
    let tags = between("<", ">").map(|name| format!("<{}>", name.trim()));
    let mut all: Vec<_> = names.chain(tags).collect();
    all.sort();
    all.dedup();
    all
}

/// The names of all attributes of a page without scripts.
fn attributes(page: &str) -> impl Iterator<Item = String> {
    let tags = page.split('<').skip(1).map(|part| part.split('>').next().unwrap_or_default());
    tags.flat_map(|tag| tag.split_whitespace().skip(1)).filter_map(|word| {
        let name = word.split('=').next()?;
        name.chars().all(|c| c.is_ascii_alphabetic()).then(|| name.to_ascii_lowercase())
    })
}

/// The characters before and after each occurrence of a word.
fn around(text: &str, word: &str) -> Vec<(Option<char>, Option<char>)> {
    text.match_indices(word)
        .map(|(at, _)| (text[..at].chars().next_back(), text[at + word.len()..].chars().next()))
        .collect()
}

#[test]
fn this_test_reads_code_as_the_compiler_does() {
    let code = r###"
        // crate::ui::a
        /* crate::ui::b /* crate::ui::c */ crate::ui::d */
        use crate::{model::{Id, Date}, crypto};
        fn f<'a>(x: &'a str) -> char { let _ = ("crate::web::e", r#"a " crate::web::f"#, '"'); '\'' }
        use super::super::vault;
    "###;
    let source =
        Source { path: "src/merge/text.rs".into(), text: strip(code, true), code: strip(code, false) };
    assert_eq!(source.layers_used(), ["model", "model", "model", "crypto", "vault"]);
    assert!(source.text.contains("crate::web::e") && !source.text.contains("crate::ui"));
    assert_eq!(placeholders("<b>{{ count }}</b> of {{all, number}}"), ["</b>", "<b>", "all", "count"]);
}
