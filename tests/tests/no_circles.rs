//! No two files of a crate need each other, directly or by way of others, re-exports followed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// The files of a crate: the path of each file's module, and its text.
type Files = BTreeMap<Vec<String>, String>;

/// What a module re-exports: the absolute path of each name.
type Exports = BTreeMap<(Vec<String>, String), Vec<String>>;

/// A `use` declaration of one name.
struct Use {
    public: bool,
    path: Vec<String>,
}

#[test]
fn no_crate_has_a_circle_of_files() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut checked = 0;
    for entry in fs::read_dir(crates).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !path.join("src").is_dir() {
            continue;
        }
        let mut files = Files::new();
        read(&path.join("src"), &[], &mut files);
        assert_eq!(circle(&needs(&files)), Vec::<String>::new(), "a circle of files in {name}");
        checked += files.len();
    }
    assert!(checked > 250, "{checked} files were read");
}

#[test]
fn a_circle_that_a_re_export_hides_is_found() {
    let files = |of_b: &str| -> Files {
        let file = |path: &[&str], text: &str| (path.iter().map(|&part| part.into()).collect(), text.to_owned());
        Files::from([
            file(&[], "mod a;\nmod b;\npub use b::B;\n"),
            file(&["a"], "use crate::{\n    B, // of another file\n    other::C,\n};\npub struct A(B);\n"),
            file(&["b"], of_b),
        ])
    };
    assert_eq!(circle(&needs(&files("use crate::a::A;\npub struct B(Vec<A>);\n"))), ["a", "b"]);
    assert_eq!(circle(&needs(&files("pub struct B(Vec<crate::a::A>);\n"))), ["a", "b"]);
    assert!(circle(&needs(&files("pub struct B;\n"))).is_empty());
    assert!(circle(&needs(&files("pub struct B;\n#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}\n"))).is_empty());
}

/// Reads the files of `folder`, whose module has the path `module`.
fn read(folder: &Path, module: &[String], files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let inner = || module.iter().cloned().chain([stem.clone()]).collect::<Vec<_>>();
        if path.is_dir() {
            read(&path, &inner(), files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let is_folder = stem == "mod" || (module.is_empty() && stem == "lib");
            let module = if is_folder { module.to_vec() } else { inner() };
            files.insert(module, fs::read_to_string(&path).unwrap());
        }
    }
}

/// Which files each file needs.
fn needs(files: &Files) -> BTreeMap<String, BTreeSet<String>> {
    let mut exports = Exports::new();
    for (module, text) in files {
        for Use { path, .. } in uses(text).into_iter().filter(|one| one.public) {
            if let Some(path) = absolute(module, &path, files) {
                exports.insert((module.clone(), path[path.len() - 1].clone()), path);
            }
        }
    }
    let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, text) in files {
        let is_folder = files.keys().any(|other| other.len() > module.len() && other.starts_with(module));
        // A folder's `pub use` gives names of its files; it needs none of them itself.
        let own = uses(text).into_iter().filter(|one| !(one.public && is_folder)).map(|one| one.path);
        for path in own.chain(inline_paths(text)) {
            let Some(path) = absolute(module, &path, files) else { continue };
            let definer = definer(path, files, &exports);
            if definer != *module && !definer.is_empty() {
                needs.entry(module.join("::")).or_default().insert(definer.join("::"));
            }
        }
    }
    needs
}

/// The module in whose file the thing at an absolute path is defined.
fn definer(mut path: Vec<String>, files: &Files, exports: &Exports) -> Vec<String> {
    // A chain of re-exports is no longer than this.
    for _ in 0..8 {
        let deepest = (0..=path.len()).rev().find(|&length| files.contains_key(&path[..length])).unwrap_or(0);
        let Some(name) = path.get(deepest) else { break };
        let module = path[..deepest].to_vec();
        match exports.get(&(module.clone(), name.clone())) {
            Some(target) if *target != path[..=deepest] => path.clone_from(target),
            _ => return module,
        }
    }
    path
}

/// A path from the root of the crate; `None` for what another crate defines.
fn absolute(module: &[String], path: &[String], files: &Files) -> Option<Vec<String>> {
    let rest = |count: usize| path[count..].iter().cloned();
    match path.first()?.as_str() {
        "crate" => Some(rest(1).collect()),
        "self" => Some(module.iter().cloned().chain(rest(1)).collect()),
        "super" => {
            let up = path.iter().take_while(|part| *part == "super").count();
            Some(module[..module.len().checked_sub(up)?].iter().cloned().chain(rest(up)).collect())
        }
        first => {
            let child: Vec<String> = module.iter().cloned().chain([first.to_owned()]).collect();
            files.contains_key(&child).then(|| module.iter().cloned().chain(rest(0)).collect())
        }
    }
}

/// A file's text without its tests and comments.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The `use` declarations of a file, one for each name.
fn uses(text: &str) -> Vec<Use> {
    let code = code(text);
    let mut found = Vec::new();
    for statement in code.split_inclusive(';') {
        let statement = statement.lines().skip_while(|line| !is_use(line)).collect::<Vec<_>>().join(" ");
        let Some((before, names)) = statement.split_once("use ") else { continue };
        let public = before.trim_start().starts_with("pub");
        let names = names.trim_end_matches(';').split_whitespace().collect::<Vec<_>>().join(" ");
        found.extend(expanded(&names).into_iter().map(|path| Use { public, path }));
    }
    found
}

fn is_use(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("use ") || (line.starts_with("pub") && line.contains("use "))
}

/// The paths of `a::{b, c::d as e}`: `a::b` and `a::c::d`.
fn expanded(names: &str) -> Vec<Vec<String>> {
    let parts = |path: &str| -> Vec<String> {
        let path = path.split(" as ").next().unwrap_or_default();
        path.split("::").map(|part| part.trim().to_owned()).filter(|part| !part.is_empty() && part != "*").collect()
    };
    let Some((before, inner)) = names.split_once('{') else { return vec![parts(names)] };
    let inner = inner.rsplit_once('}').map_or(inner, |(inner, _)| inner);
    let (mut depth, mut pieces) = (0, vec![String::new()]);
    for letter in inner.chars() {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        match letter {
            ',' if depth == 0 => pieces.push(String::new()),
            letter => pieces.last_mut().expect("one at least").push(letter),
        }
    }
    let pieces = pieces.iter().filter(|piece| !piece.trim().is_empty());
    let all = pieces.flat_map(|piece| expanded(piece.trim()));
    let whole = |inner: Vec<String>| {
        let inner = inner.into_iter().filter(|part| part != "self");
        parts(before).into_iter().chain(inner).collect()
    };
    all.map(whole).collect()
}

/// Paths that begin with `crate::` outside `use` declarations.
fn inline_paths(text: &str) -> Vec<Vec<String>> {
    let before_use =
        |statement: &str| statement.lines().take_while(|line| !is_use(line)).collect::<Vec<_>>().join("\n");
    let code: String = code(text).split_inclusive(';').map(before_use).collect();
    let after = code.match_indices("crate::").map(|(at, _)| &code[at..]);
    let ends = |letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == ':');
    let path = |text: &str| text.split(ends).next().unwrap_or_default().trim_end_matches(':').to_owned();
    after.map(|text| path(text).split("::").map(str::to_owned).collect()).collect()
}

/// The files of circles, in order; those that need nothing that is left are taken away again and
/// again.
fn circle(needs: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut left: BTreeSet<&String> = needs.keys().collect();
    loop {
        let stays = |file: &&String| needs[*file].iter().any(|needed| left.contains(needed));
        let rest: BTreeSet<&String> = left.iter().copied().filter(stays).collect();
        if rest.len() == left.len() {
            break;
        }
        left = rest;
    }
    // Those that only lead to a circle are taken away from the other side.
    loop {
        let is_needed = |file: &&String| left.iter().any(|other| needs[*other].contains(*file));
        let rest: BTreeSet<&String> = left.iter().copied().filter(is_needed).collect();
        if rest.len() == left.len() {
            return rest.into_iter().cloned().collect();
        }
        left = rest;
    }
}
