"""Quotation marks too many or too few: nothing of such a file is believed, and the line is named."""

import pytest

from app.errors import Invalid, NotFound
from app.services import catalog

HEADING = "Handle,Title,Variant SKU,Variant Price,Variant Inventory Qty"
ONE = 'one,"An 11"" frame",ONE,9.00,4'
THREE = "p3,Product 3,P3,9.00,4"
UNCLOSED = 'two,"An 11"" frame, with an unclosed quote,TWO,10.00,5'


@pytest.fixture
def file_of(app, tmp_path):
    """Write lines under a heading to a file."""

    def file_of(*lines, heading=HEADING, end="\n"):
        path = tmp_path / "products.csv"
        path.write_bytes(end.join((heading, *lines, "")).encode())
        return path

    return file_of


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((UNCLOSED, THREE), "Line 3 of the file cannot be read"),  # the file ends inside a cell
        ((UNCLOSED, 'p3,"Product 3",P3,9.00,4'), "Line 3 of the file cannot be read"),
        (('two,"An 11" frame",TWO,10.00,5',), "Line 3 of the file cannot be read"),
        ((UNCLOSED, 'p3,Product 3 11",P3,9.00,4'), "Line 3 of the file has the next row inside"),
        ((UNCLOSED, THREE, 'p4,Product 4 11",P4,9.00,4'), "Line 3 of the file has the next row inside"),
        ((UNCLOSED, 'p3,Product 3,P3 11",9.00,4'), "Line 3 of the file has 4 cells, its first line has 5"),
        ((UNCLOSED, 'p3 11",Product 3,P3,9.00,4'), "Line 3 of the file has 6 cells, its first line has 5"),
        (("two,A frame, with a comma,TWO,10.00,5",), "Line 3 of the file has 6 cells, its first line has 5"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_file_with_a_stray_quotation_mark_is_refused_whole(file_of, lines, said, end):
    path = file_of(ONE, *lines, end=end)

    with pytest.raises(Invalid, match=said) as refusal:
        catalog.start_import(path)

    assert "Check its quotation marks" in refusal.value.message
    assert catalog.list_imports() == []
    with pytest.raises(NotFound):
        catalog.get("one")


@pytest.mark.parametrize(
    "line",
    [
        ONE,
        'two,"<p>Red, green, blue\nor white, as you like</p>\n\n<p>3,5 "" wide</p>",TWO,10.00,5',
        'two,"Paper\nand ""ink"", and more",TWO,10.00,5',
        "two,Two,TWO,10.00,5,,",
        "two,Two,TWO,10.00",
        'two     ,"Two, padded"     ,TWO ,10.00 ,"5"  ',
        ",,\n\n" + THREE,
    ],
)
def test_cells_of_several_lines_doubled_marks_and_padding_are_read(file_of, line):
    rehearsal = catalog.rehearse(file_of(line, "last,Last,LAST,1.00,1"))

    assert (rehearsal.products, rehearsal.problems) == (2, [])


def test_last_column_may_hold_sentences_of_several_lines(file_of):
    path = file_of('one,One,"A print.\nPaper, ink, frame."', heading="Handle,Title,Body (HTML)")

    assert catalog.rehearse(path).problems == []


@pytest.mark.parametrize("last", ["two,Two,TWO,10.", "two,Two", 'two,"Two, wit', 'two,"Two\nand a', "two"])
def test_file_that_is_cut_off_in_its_last_row_is_refused_whole(file_of, last):
    path = file_of(ONE, last)
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))

    with pytest.raises(Invalid, match="Line 3 of the file is cut off") as refusal:
        catalog.start_import(path)

    assert "Fetch or save" in refusal.value.message
    assert catalog.list_imports() == []


@pytest.mark.parametrize("last", ["two,Two,TWO,10.00,5", ",,", " "])
def test_file_needs_no_line_break_after_a_whole_row(file_of, last):
    path = file_of(ONE, THREE, last)
    path.write_bytes(path.read_bytes().removesuffix(b"\n"))

    assert catalog.rehearse(path).problems == []
