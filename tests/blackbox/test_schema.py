"""The JSON Schema says of a configuration what the program says of it."""

import copy
import json
import os

import jsonschema

from ..docs import check_docs
from .harness.case import BlackBoxCase
from .harness.spfblock import CHECKOUT, program, run

ETC = os.path.join(CHECKOUT, "etc")
EXAMPLES = ("spfblock.json", "debian/spfblock.json", "demo/spfblock.json")


def read(name):
    with open(os.path.join(ETC, name), encoding="utf-8") as file:
        return json.loads(check_docs.without_comments(file.read()))


class Schema(BlackBoxCase):
    def setUp(self):
        self.schema = read("spfblock.schema.json")
        self.validator = jsonschema.Draft7Validator(self.schema)

    def settings_below(self, schema, path=""):
        """{setting: its schema}, by the names that check_docs has for them."""
        schema = self.resolved(schema)
        found = {}
        for alternative in schema.get("oneOf", []):
            found.update(self.settings_below(alternative, path))
        for name, inner in schema.get("properties", {}).items():
            if name == "$schema":
                continue
            here = f"{path}.{name}" if path else name
            found[here] = self.resolved(inner)
            found.update(self.settings_below(inner, here))
        if "items" in schema:
            found.update(self.settings_below(schema["items"], path + "[]"))
        return found

    def resolved(self, schema):
        reference = schema.get("$ref")
        if reference is None:
            return schema
        here = self.schema
        for part in reference.removeprefix("#/").split("/"):
            here = here[part]
        return self.resolved(here)

    def test_it_is_one(self):
        jsonschema.Draft7Validator.check_schema(self.schema)

    def test_the_examples_are_valid(self):
        for name in EXAMPLES:
            with self.subTest(name):
                self.validator.validate(read(name))

    def test_it_has_the_settings_that_the_program_has(self):
        known = set(check_docs.Program(program()).settings())
        of_all = ("limits.answer_bytes", "limits.total")
        known -= {f"{each}[].{limit}" for each in ("domains", "allow.domains")
                  for limit in of_all}  # refused there, with the reason
        self.assertEqual(set(self.settings_below(self.schema)), known)

    def test_it_has_the_defaults_of_the_example(self):
        example = check_docs.flattened(read("spfblock.json"))
        checked = 0
        for name, schema in self.schema["properties"].items():
            for inner, value in self.defaults(name, schema):
                if inner in example and "[]" not in inner and value != []:
                    checked += 1
                    self.assertEqual(example[inner], value, inner)
        self.assertGreater(checked, 20)

    def defaults(self, name, schema):
        if "default" in schema:
            yield name, schema["default"]
        for inner, below in self.resolved(schema).get("properties", {}).items():
            yield from self.defaults(f"{name}.{inner}", below)

    def test_it_refuses_a_value_at_each_place_that_the_program_refuses(self):
        example = read("spfblock.json")
        for lists in ("domain_files", "entry_files"):
            del example[lists]
        refused = 0
        for name in check_docs.flattened(example):
            for odd in (-1, "no such thing!", {"?": 1}, 1.5):
                changed = copy.deepcopy(example)
                if not put(changed, name.split("."), odd):
                    continue
                status = run("check", "-c", self.file("c.json", json.dumps(changed)))
                valid = self.validator.is_valid(changed)
                if status.returncode == 0:
                    self.assertTrue(valid, f"{name}: {odd}")
                refused += not valid
        self.assertGreater(refused, 100)


def put(into, path, value):
    """Whether there was such a setting, whose value is another one now."""
    for name in path[:-1]:
        into = into[name.removesuffix("[]")]
        if name.endswith("[]"):
            into = next(each for each in into if isinstance(each, dict))
    if path[-1] not in into:
        return False
    into[path[-1]] = value
    return True
