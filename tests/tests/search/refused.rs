//! What a search refuses, and what it leaves when it cannot go on.

use super::*;

#[test]
fn a_directory_of_another_run_is_refused_with_the_difference_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    run(&tiny(1), folder.path()).unwrap();
    let before = contents(folder.path());
    let error = run(&tiny(2), folder.path()).err().unwrap().to_string();
    assert!(error.ends_with("(config.seed: 1 there, 2 here); choose another directory"), "{error}");
    assert!(error.contains("config.json"), "{error}");
    assert!(before == contents(folder.path()));
    // The same run may be repeated.
    run(&tiny(1), folder.path()).unwrap();
    assert!(before == contents(folder.path()));
}

#[test]
fn a_batch_larger_than_the_training_images_is_refused() {
    let mut config = tiny(1);
    (config.supernet.batch, config.supernet.ghost_batch) = (128, 16);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        run(&config, folder.path()).err().unwrap().to_string(),
        "batch: found 128, expected 1 to 64 training images"
    );
}

#[test]
fn a_crop_wider_than_the_images_is_refused() {
    let mut config = tiny(1);
    config.supernet.augmentation.pad = 8;
    let folder = tempfile::tempdir().unwrap();
    let error = run(&config, folder.path()).err().unwrap().to_string();
    assert!(error.contains("augmentation: pad") && error.contains('8'), "{error}");
}

#[test]
fn a_loss_that_is_no_number_ends_the_run_by_name() {
    let mut config = tiny(1);
    config.supernet.sgd.learning_rate = 1e30;
    config.supernet.sgd.l2.clip = 1e30;
    let folder = tempfile::tempdir().unwrap();
    let error = run(&config, folder.path()).err().unwrap().to_string();
    assert!(error.starts_with("supernet training, step 1: found a loss of "), "{error}");
}

/// A file system of 1.5 MiB, unmounted when dropped; `None` where the machine does not allow it.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=1536k", "tmpfs"]).arg(folder.path()).output();
        mount.is_ok_and(|output| output.status.success()).then_some(Self(folder))
    }

    /// Mounts it again, `ro` to be read only or `rw`; whether that was possible.
    fn remount(&self, how: &str) -> bool {
        let remount = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(self.0.path()).output();
        remount.is_ok_and(|output| output.status.success())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount").arg(self.0.path()).status().ok();
    }
}

#[test]
fn a_full_disk_is_an_error_that_names_the_file_and_leaves_earlier_results() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: a small file system cannot be mounted here (that needs root)");
        return;
    };
    let path = disk.0.path().join("run");
    let split = split();
    let config = tiny(1);
    let search = search_of(&config, &split).unwrap();
    let run = || open(&path, &search)?.search(&search, &mut Silent);
    // Room for the supernet and some networks, not for all.
    let filler = disk.0.path().join("filler");
    fs::write(&filler, vec![0; 1_400 << 10]).unwrap();
    let error = run().err().unwrap().to_string();
    assert!(error.contains(&path.display().to_string()) && error.contains("No space left"), "{error}");
    let full = contents(&path);
    assert!(full.contains_key("supernet.safetensors") && !full.contains_key("table.txt"), "{:?}", full.keys());
    // Nothing is half there: no scratch file is left, and what was finished serves when there is
    // room.
    assert!(full.keys().all(|name| !name.contains(".writing")), "{:?}", full.keys());
    fs::remove_file(&filler).unwrap();
    run().unwrap();
    let ended = contents(&path);
    assert!(full.iter().filter(|(name, _)| name.ends_with(".safetensors")).all(|(name, bytes)| ended[name] == *bytes));
    let elsewhere = tempfile::tempdir().unwrap();
    open(elsewhere.path(), &search).unwrap().search(&search, &mut Silent).unwrap();
    assert_eq!(
        ended.into_iter().filter(|(name, _)| !name.starts_with("filler")).collect::<Vec<_>>(),
        contents(elsewhere.path()).into_iter().collect::<Vec<_>>()
    );
}

#[test]
fn a_read_only_directory_is_refused_by_name_and_the_run_goes_on_when_it_can_be_written() {
    let disk = SmallDisk::mount();
    let path = disk.as_ref().map(|disk| disk.0.path().join("run"));
    let (Some(disk), Some(path)) = (disk, path) else {
        println!("skipped: a file system cannot be mounted here (that needs root)");
        return;
    };
    let (split, config) = (split(), tiny(1));
    let search = search_of(&config, &split).unwrap();
    open(&path, &search).unwrap().train(&search, &mut Silent).unwrap();
    if !disk.remount("ro") {
        println!("skipped: a file system cannot be made read-only here");
        return;
    }
    let before = contents(&path);
    let error = run(&config, &path).err().unwrap().to_string();
    assert!(error.starts_with(&path.display().to_string()) && error.contains("Read-only file system"), "{error}");
    let error = run(&config, &path.with_file_name("other")).err().unwrap().to_string();
    assert!(error.contains("other: found Read-only file system"), "{error}");
    assert!(contents(&path) == before, "nothing is touched");

    assert!(disk.remount("rw"));
    run(&config, &path).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    run(&config, elsewhere.path()).unwrap();
    assert_same(&contents(&path), &contents(elsewhere.path()));
}

#[test]
fn a_directory_that_cannot_be_made_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    let error = run(&tiny(1), &file.join("run")).err().unwrap().to_string();
    assert!(error.contains(&file.display().to_string()), "{error}");
}
