"""Who is named in a text, and who is not."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.collab.rules import Directory, Mentionable, attachments_in, handles_in, mentioned

HANDLES = st.from_regex(r"[a-z][a-z0-9-]{0,10}[a-z0-9]", fullmatch=True)
PLAIN = st.text(alphabet="abc xyz.,!?\n", max_size=30)
ANA = Mentionable("person", UUID("01a20000-0000-7000-8000-00000000a1a1"), "Ana Lima", email="ana@example.com")
CORE = Mentionable("team", UUID("01a20000-0000-7000-8000-00000000c0c0"), "Core Platform", key="core")


class TestHandlesIn:
    @pytest.mark.parametrize(
        ("text", "handles"),
        [
            ("@ana-lima, look", ["ana-lima"]),
            ("(@ana) and @ana again", ["ana"]),
            ("**@ana**: _@bob_", ["ana", "bob"]),
            ("@ana@example.com.", ["ana@example.com"]),
            ("@josé-ñandú", ["josé-ñandú"]),
            ("| who |\n|---|\n| @ana |", ["ana"]),
            ("- [ ] @ana", ["ana"]),
            ("> @ana", ["ana"]),
            ("mail ana@example.com", []),
            ("https://example.com/@ana", []),
            ("[@ana](https://example.com)", []),
            ("`@ana`", []),
            ("``a ` @ana``", []),
            ("`@ana\n@bob`", []),
            ("```\n@ana\n```", []),
            ("~~~py\n@ana\n~~~", []),
            ("    @ana", []),
            ("<b title='@ana'>", []),
            ("@ana's", ["ana"]),
            ("@@ana", []),
            ("@", []),
        ],
    )
    def test_examples(self, text, handles):
        assert handles_in(text) == handles

    @given(HANDLES, PLAIN, PLAIN)
    def test_a_name_in_plain_words_is_always_found(self, handle, before, after):
        text = f"{before.strip()} @{handle} {after.strip()}"

        assert handle in handles_in(text)

    @given(HANDLES, PLAIN, st.integers(1, 4))
    def test_a_code_span_names_nobody(self, handle, words, ticks):
        fence = "`" * ticks
        plain = words.replace("\n", " ").strip()

        assert handles_in(f"see {fence}{plain} @{handle} {plain}{fence} there") == []

    @given(HANDLES, PLAIN, st.sampled_from(["```", "~~~", "`````"]))
    def test_a_code_block_names_nobody(self, handle, words, fence):
        assert handles_in(f"before\n\n{fence}\n{words}\n@{handle}\n{words}\n{fence}\n\nafter") == []

    @given(st.text(max_size=300))
    def test_any_text_at_all_is_read(self, text):
        assert all(handle in text for handle in handles_in(text))

    @given(st.lists(HANDLES, min_size=1, max_size=5))
    def test_each_is_told_once_in_order(self, handles):
        assert handles_in(" ".join(f"@{handle}" for handle in handles)) == list(dict.fromkeys(handles))


class TestDirectory:
    @pytest.mark.parametrize(
        "handle", ["ana-lima", "Ana-Lima", "ana@example.com", "ana", f"ana-lima~{ANA.id.hex[-8:]}"]
    )
    def test_a_person_answers_to_name_and_address(self, handle):
        assert Directory([ANA, CORE]).find(handle) == ANA

    @pytest.mark.parametrize("handle", ["core", "CORE", "core-platform"])
    def test_a_team_answers_to_key_and_name(self, handle):
        assert Directory([ANA, CORE]).find(handle) == CORE

    def test_a_name_of_two_means_nobody(self):
        other = Mentionable("person", uuid4(), "Ana Lima", email="lima@example.com")

        directory = Directory([ANA, other])

        assert directory.find("ana-lima") is None
        assert directory.find("lima") == other

    def test_letters_with_marks_may_be_left_out(self):
        jose = Mentionable("person", uuid4(), "José Ñandú")

        assert Directory([jose]).find("jose-nandu") == Directory([jose]).find("JOSÉ-ÑANDÚ") == jose

    NAMES = st.text(alphabet="Añb 李é-._'", max_size=12)

    @given(st.lists(st.tuples(NAMES, st.booleans()), min_size=1, max_size=8))
    def test_everybody_has_a_handle_that_means_them_alone(self, names):
        everybody = [
            Mentionable("person" if person else "team", UUID(int=number + 1), name, key="" if person else f"t{number}")
            for number, (name, person) in enumerate(names)
        ]
        directory = Directory(everybody)

        for one in everybody:
            assert list(mentioned(f"Hi @{directory.handle_of(one)}, look", directory).values()) == [one]


class TestMentioned:
    def test_one_person_under_two_names_is_one(self):
        assert list(mentioned("@ana @ana-lima", Directory([ANA])).values()) == [ANA]

    def test_what_a_handle_meant_it_still_means(self):
        namesake = Mentionable("person", uuid4(), "Ana Lima")

        assert mentioned("@ana-lima", Directory([ANA, namesake]), {"ana-lima": ANA}) == {"ana-lima": ANA}


def test_the_files_of_a_text_are_found_each_once():
    file = UUID("0197d0d2-0000-7000-8000-000000000001")

    assert attachments_in(f"![a](attachment:{file}) and [b](attachment:{file}), attachment:nothing") == [file]
