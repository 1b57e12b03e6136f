//! The product tree of a CSAF document (3.2.2): which product an id stands for.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::digest::Digest;
use crate::predicate::purl::Purl;
use crate::predicate::triage::{Packages, Product};
use crate::predicate::{Malformed, field, items, optional, owned, text};

#[derive(Debug, Default)]
pub(super) struct Tree {
    products: BTreeMap<String, Product>,
    groups: BTreeMap<String, Vec<String>>,
}

impl Tree {
    pub fn read(document: &Value) -> Result<Self, Malformed> {
        let mut tree = Self::default();
        optional(document, "product_tree", |root| {
            items(root, "full_product_names", |name| tree.name(name))?;
            tree.branches(root)?;
            items(root, "product_groups", |group| {
                let members = items(group, "product_ids", owned)?;
                tree.groups.insert(field(group, "group_id", owned)?, members);
                Ok(())
            })?;
            items(root, "relationships", |relationship| tree.relationship(relationship))
        })?;
        Ok(tree)
    }

    /// Nesting is as deep as JSON is read: [`crate::json::read`] bounds it.
    fn branches(&mut self, node: &Value) -> Result<(), Malformed> {
        items(node, "branches", |branch| {
            optional(branch, "product", |name| self.name(name))?;
            self.branches(branch)
        })?;
        Ok(())
    }

    fn name(&mut self, value: &Value) -> Result<(), Malformed> {
        let id = field(value, "product_id", owned)?;
        let product = product(value)?;
        if self.products.insert(id.clone(), product).is_some() {
            return Err(Malformed::new("a `product_id` of its own", format!("`{id}` twice")));
        }
        Ok(())
    }

    /// A component of a product, installed on it or part of it. Where the outer one is an image, the statement is about that
    /// component in that image. Else the component alone has to be as exact as to have a version: the outer one is a
    /// distribution or a module, which a report does not name.
    fn relationship(&mut self, value: &Value) -> Result<(), Malformed> {
        let of = |tree: &Self, key| Ok(tree.product(field(value, key, text)?));
        let inner: Product = of(self, "product_reference")?;
        let outer: Product = of(self, "relates_to_product_reference")?;
        let (id, own) = field(value, "full_product_name", |name| {
            Ok((field(name, "product_id", owned)?, product(name)?))
        })?;
        let exact = |purls: Vec<Purl>| purls.into_iter().filter(Purl::has_version).collect();
        let is_image = !outer.images.is_empty() || outer.purls.iter().any(Purl::is_image);
        let joined = Product {
            name: own.name,
            images: if is_image { outer.images } else { own.images },
            packages: if is_image {
                Packages::These(inner.purls.clone())
            } else {
                Packages::All
            },
            purls: if is_image {
                outer.purls
            } else {
                exact([inner.purls, own.purls].concat())
            },
            versions: None,
        };
        if self.products.insert(id.clone(), joined).is_some() {
            return Err(Malformed::new("a `product_id` of its own", format!("`{id}` twice")));
        }
        Ok(())
    }

    /// An id that the tree does not have is a product without a name that anything could match.
    pub fn product(&self, id: &str) -> Product {
        self.products.get(id).cloned().unwrap_or_else(|| Product {
            purls: Vec::new(),
            images: Vec::new(),
            ..Product::named(id)
        })
    }

    pub fn group(&self, id: &str) -> &[String] {
        self.groups.get(id).map_or(&[], Vec::as_slice)
    }
}

/// A full product name with its identification helper (3.1.3).
fn product(value: &Value) -> Result<Product, Malformed> {
    let name = optional(value, "name", text)?.unwrap_or("a product without a name");
    let mut product = Product {
        purls: Vec::new(),
        images: Vec::new(),
        ..Product::named(name)
    };
    optional(value, "product_identification_helper", |helper| {
        product.is(optional(helper, "purl", text)?.and_then(Purl::parse));
        for hash in items(helper, "hashes", |hashes| items(hashes, "file_hashes", file_hash))?
            .into_iter()
            .flatten()
        {
            product.images.extend(hash);
        }
        Ok(())
    })?;
    Ok(product)
}

fn file_hash(value: &Value) -> Result<Option<Digest>, Malformed> {
    let sha256 = field(value, "algorithm", text)? == "sha256";
    Ok(field(value, "value", text).map(Digest::from_hex)?.filter(|_| sha256))
}
