//! Building the programs once more, elsewhere, and comparing the bytes.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::error::DeploymentError;
use super::tree::{git, Tree};
use crate::programs::NAMES;

/// Makes sure that the tree's commit, checked out into a folder of its own, gives the same programs.
/// # Errors: [`DeploymentError::NotReproduced`], [`DeploymentError::NoRepository`], [`DeploymentError::System`]
pub fn require(tree: &Tree, programs: &Path) -> Result<(), DeploymentError> {
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("tree");
    let path = copy.to_string_lossy().into_owned();
    git(&tree.path, &["worktree", "add", "--detach", "--quiet", &path, &tree.commit])?;
    let built = build(&copy);
    git(&tree.path, &["worktree", "remove", "--force", &path])?;
    let rebuilt = built?;
    let own = read(programs);
    let differs = NAMES.iter().zip(own.iter().zip(&rebuilt)).filter(|(_, (own, built))| own.is_none() || own != built);
    let differing: Vec<&str> = differs.map(|(name, _)| *name).collect();
    if differing.is_empty() {
        return Ok(());
    }
    let programs = differing.join(", ");
    Err(DeploymentError::NotReproduced { commit: tree.commit.clone(), folder: copy, programs })
}

/// Builds all programs; their bytes.
fn build(copy: &Path) -> Result<Vec<Option<Vec<u8>>>, DeploymentError> {
    let mut command = Command::new("scripts/build-programs");
    // What cargo tells this program about itself is not meant for another build.
    for (variable, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO") && name != "CARGO_HOME") {
        command.env_remove(variable);
    }
    command.env_remove("RUSTFLAGS").current_dir(copy).status()?;
    Ok(read(&copy.join("target/programs")))
}

/// The programs of a folder in their order, none for one that is missing.
fn read(folder: &Path) -> Vec<Option<Vec<u8>>> {
    NAMES.iter().map(|name| fs::read(folder.join(format!("{name}.wasm"))).ok()).collect()
}
