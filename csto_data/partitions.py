"""Annotation of Dask frames: every partition is a pandas frame, answered where it lies."""

from typing import Any

from csto_data.annotation import Question, told_lazy
from csto_data.lookup import answer, column_names

__all__ = ["annotate", "column_names", "distinct"]


def distinct(df: Any, column: str) -> list[Any]:
    """Return the distinct values of a column, which are computed."""
    values: list[Any] = df[column].drop_duplicates().dropna().compute().tolist()
    return values


def annotate(df: Any, question: Question) -> Any:
    """Return a frame with the columns that answer the question; nothing is computed."""
    question = told_lazy(question)
    return df.map_partitions(_answered, question, meta=_answered(df._meta, question))


def _answered(part: Any, question: Question) -> Any:
    return answer(part, question)[0]
