"""Draw review scores, comments and answers."""

import numpy as np

from olist_segments.demo.csv_files import field, time_text
from olist_segments.demo.draws import DAY, make_ids, pick, pick_columns, seconds
from olist_segments.demo.shop import Shop

# Invented comments by mood, separated by bars.
_TITLES = {
    "good": "Recomendo|Muito bom|Excelente|Super recomendo|Ótimo|Nota 10|Gostei "
    "muito|Perfeito!",
    "fair": "Regular|Bom|Mais ou menos|Poderia ser melhor|Ok",
    "bad": "Não recomendo|Péssimo|Não recebi|Produto errado|Decepção|Atraso, de "
    "novo|Veio com defeito",
}
_SENTENCES = {
    "good": "Produto de ótima qualidade.|Chegou antes da data prometida|Gostei demais e"
    " comprarei outra vez!|A caixa veio bem fechada.|Recomendo esta loja a "
    "todos|Tudo certo com o meu pedido 😀|Igual à foto e cor linda.|Minha mãe "
    'adorou o presente 🎁❤️|O vendedor respondeu "na hora" e resolveu.|Preço '
    "justo, entrega rápida|Muito satisfeita com a compra|Funciona bem e é fácil de"
    " montar",
    "fair": "O produto é bom mas demorou um pouco.|Esperava um tecido mais "
    "grosso|Serve para o que eu preciso|A cor é diferente da foto|Veio sem o "
    'manual, o resto está certo.|Pelo preço, vale|Dizia "pronta entrega" e não '
    "era bem assim|Razoável 😐",
    "bad": "Ainda não recebi o produto.|Comprei dois e chegou só um|Veio quebrado, "
    "quero a troca|Ninguém responde às minhas mensagens!|O prazo passou e nada "
    '😡|Produto diferente do anúncio, nada parecido.|No site consta "entregue", '
    "mas não chegou|Quero meu dinheiro de volta|Péssima qualidade, parou no "
    "segundo dia.|Não compro mais aqui",
}
_JOINTS = (" ", " ", " ", ". ")
_LINE_BREAKS = ("\r\n", "\n", "\r\n\r\n")
_MESSAGES = 300


def write_reviews(files, shop: Shop, orders: dict) -> None:
    """Write reviews: scores by lateness, comments by score, a few repeated."""
    rng, parameters, size = shop.rng, shop.parameters, len(orders["value"])
    counts = parameters["counts"]
    missing = np.array(list(parameters["no_review_shares"].values()))[orders["status"]]
    reviewed = np.flatnonzero(rng.random(size) >= missing)
    again = shop.some(counts["further_reviews"], reviewed, size)
    order = np.concatenate([reviewed, again])
    if shop.planted:
        score = orders["target"]["score"][order]
    else:
        score = _draw_scores(shop, orders, order)
    title, message = _comments(shop, score)
    delivered = orders["delivered"][order]
    promised = orders["estimated"][order] + 2 * DAY
    asked = np.where(
        np.isnat(delivered), promised, np.minimum(delivered + DAY, promised)
    )
    created = asked.astype("datetime64[D]").astype("datetime64[s]")
    wait = shop.quantile(parameters["answer_days"], size=len(order))
    answered = created + seconds(np.maximum(wait, 0.05) * DAY)
    review_id = make_ids(rng, len(order))
    # One review that covers two orders of a person bought on the same day.
    person, bought = orders["person"][reviewed], orders["bought"][reviewed]
    near = (person[1:] == person[:-1]) & (
        np.abs((bought[1:] - bought[:-1]).astype(np.int64)) < DAY
    )
    pairs = np.flatnonzero(near)
    pairs = np.sort(shop.some(counts["repeated_review_ids"], pairs, size))
    for column in (review_id, score, title, message, created, answered):
        column[pairs + 1] = column[pairs]
    shuffled = rng.permutation(len(order))
    files.write(
        "reviews",
        review_id[shuffled],
        orders["order_id"][order[shuffled]],
        score[shuffled].astype("S"),
        title[shuffled],
        message[shuffled],
        time_text(created[shuffled]),
        time_text(answered[shuffled]),
    )


def _draw_scores(shop: Shop, orders: dict, order: np.ndarray) -> np.ndarray:
    """Draw scores: lower for later deliveries and for several lines."""
    parameters = shop.parameters
    delivered, estimated = orders["delivered"][order], orders["estimated"][order]
    arrived = ~np.isnat(delivered)
    late = np.zeros(len(order))
    late[arrived] = np.ceil(
        (delivered[arrived] - estimated[arrived]).astype(np.int64) / DAY
    )
    band = np.where(
        arrived, np.searchsorted(parameters["lateness_edges_days"], late) + 1, 0
    )
    several = (orders["lines"][order] > 1).astype(np.int64)
    table = np.array([parameters["scores"][k] for k in ("one_line", "several_lines")])
    return 1 + pick_columns(shop.rng, table[several, band])


def _comments(shop: Shop, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draw comment titles and messages as CSV fields; most are empty."""
    rng, parameters = shop.rng, shop.parameters
    mood = np.array(["bad", "bad", "fair", "good", "good"])[score - 1]
    titles, messages = np.zeros((2, len(score)), dtype="S400")
    shares = parameters["message_mark_shares"]
    for name, words in _TITLES.items():
        own = np.flatnonzero(mood == name)
        chance = np.array(parameters["title_shares"])[score[own] - 1]
        own = own[rng.random(len(own)) < chance]
        titles[own] = rng.choice([field(text) for text in words.split("|")], len(own))
    for name, words in _SENTENCES.items():
        own = np.flatnonzero(mood == name)
        chance = np.array(parameters["message_shares"])[score[own] - 1]
        own = own[rng.random(len(own)) < chance]
        mark = pick(rng, np.cumsum(list(shares.values())), len(own))
        for index, key in enumerate(shares):
            texts = _messages(rng, words.split("|"), key)
            rows = own[mark == index]
            messages[rows] = rng.choice([field(text) for text in texts], len(rows))
    return titles, messages


def _messages(rng, sentences: list[str], mark: str) -> list[str]:
    """Join one to four sentences: plain ones, or some with the given mark."""
    marked = {
        "quotes": [text for text in sentences if '"' in text],
        "emoji": [text for text in sentences if max(text) >= "\u2600"],
    }
    plain = [text for text in sentences if '"' not in text and max(text) < "\u2600"]
    messages = []
    for _ in range(_MESSAGES):
        number = rng.integers(2 if mark == "line_break" else 1, 5)
        texts = [str(text) for text in rng.choice(plain, number, replace=False)]
        if mark in marked:
            texts[0] = str(rng.choice(marked[mark]))
        joints = _LINE_BREAKS if mark == "line_break" else _JOINTS
        message = texts[0]
        for text in texts[1:]:
            message += str(rng.choice(joints)) + text
        messages.append(message)
    return messages
