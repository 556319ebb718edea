"""Which page numbers a long list offers."""


def page_numbers(current: int, last: int) -> list[int | None]:
    """Return the first page, the last, the current one and its neighbours in order; None stands for a gap.

    A gap of one page is filled with that page. Raises ValueError unless 1 <= current <= last.
    """
    if not 1 <= current <= last:
        raise ValueError(f"There is no page {current} among {last}.")
    wanted = sorted({1, last} | {page for page in (current - 1, current, current + 1) if 1 <= page <= last})
    numbers: list[int | None] = []
    for page in wanted:
        previous = numbers[-1] if numbers else 0
        if previous is not None and page - previous == 2:
            numbers.append(page - 1)
        elif previous is not None and page - previous > 2:
            numbers.append(None)
        numbers.append(page)
    return numbers
