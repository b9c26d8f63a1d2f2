namespace EdgeMesh.Agent.Runtimes.Summariser;

/// <summary>
/// TextRank (Mihalcea and Tarau, 2004): sentences vote for sentences they share words with, weighted by cosine similarity of tf-idf; the
/// best are taken one by one, each discounted by what it repeats (maximal marginal relevance) and by how near it is to one taken, so that
/// the summary covers the whole text. Deterministic.
/// </summary>
public static class TextRank
{
    // Beyond this the first pass keeps the sentences with the heaviest words, so time and memory stay bounded.
    private const int MostSentences = 3_000;
    private const int Rounds = 30;
    private const double Damping = 0.85;
    private const double Redundancy = 0.35;
    private const double Nearness = 0.15;

    // So alike are two sentences only when one says nothing new.
    private const double Repeated = 0.8;

    /// <summary>Indexes of the chosen sentences, in their own order.</summary>
    public static List<int> Choose(IReadOnlyList<string> sentences, int count, Action<double> progress, CancellationToken cancellationToken)
    {
        var vectors = Vectors(sentences);
        var kept = Enumerable.Range(0, sentences.Count).ToList();
        if (kept.Count > MostSentences)
        {
            kept = [.. kept.OrderByDescending(i => vectors[i].Weight).Take(Math.Max(MostSentences, count)).Order()];
            if (count >= MostSentences)
            {
                return kept;
            }
        }

        var edges = Edges(kept, vectors, progress, cancellationToken);
        var scores = Rank(kept, sentences, edges, cancellationToken);
        return Pick(kept, scores, vectors, Math.Min(count, kept.Count), cancellationToken);
    }

    private static Vector[] Vectors(IReadOnlyList<string> sentences)
    {
        var terms = new Terms();
        var counts = sentences.Select(terms.Of).ToArray();
        var frequency = new int[terms.Count];
        foreach (var sentence in counts)
        {
            foreach (var term in sentence.Keys)
            {
                frequency[term]++;
            }
        }

        // Words of more than a fifth of the sentences say nothing about one of them, in any language; this stands in for stop-word lists.
        var common = Math.Max(3, sentences.Count / 5.0);
        return [.. counts.Select(c => Vector.Of(c, frequency, sentences.Count, common))];
    }

    private static Dictionary<int, double>[] Edges(List<int> kept, Vector[] vectors, Action<double> progress, CancellationToken cancellationToken)
    {
        var index = new Dictionary<int, List<(int Node, double Weight)>>();
        var edges = new Dictionary<int, double>[kept.Count];
        for (var node = 0; node < kept.Count; node++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var near = new Dictionary<int, double>();
            foreach (var (term, weight) in vectors[kept[node]].Terms)
            {
                if (index.TryGetValue(term, out var others))
                {
                    foreach (var (other, otherWeight) in others)
                    {
                        near[other] = near.GetValueOrDefault(other) + (weight * otherWeight);
                    }
                }
                else
                {
                    index[term] = others = [];
                }

                others.Add((node, weight));
            }

            edges[node] = near;
            if (node % 64 == 0)
            {
                progress(0.8 * node / kept.Count);
            }
        }

        return edges;
    }

    private static double[] Rank(List<int> kept, IReadOnlyList<string> sentences, Dictionary<int, double>[] edges, CancellationToken cancellationToken)
    {
        var n = kept.Count;
        var degree = new double[n];
        for (var i = 0; i < n; i++)
        {
            foreach (var (j, weight) in edges[i])
            {
                degree[i] += weight;
                degree[j] += weight;
            }
        }

        var scores = Enumerable.Repeat(1.0 / n, n).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var next = Enumerable.Repeat((1 - Damping) / n, n).ToArray();
            for (var i = 0; i < n; i++)
            {
                foreach (var (j, weight) in edges[i])
                {
                    next[j] += Damping * scores[i] * weight / degree[i];
                    next[i] += Damping * scores[j] * weight / degree[j];
                }
            }

            scores = next;
        }

        for (var i = 0; i < n; i++)
        {
            scores[i] *= Shape(kept[i], sentences);
        }

        return scores;
    }

    // Openings carry the topic. Fragments, headings, very long sentences, questions and sentences that lean on the one before read badly alone.
    private static double Shape(int index, IReadOnlyList<string> sentences)
    {
        var sentence = sentences[index];
        var opening = 1 + (0.5 * Math.Exp(-index / 2.0));
        var size = sentence.Length < 25 ? 0.35 : sentence.Length < 60 ? 0.75 : sentence.Length > 400 ? 0.6 : 1;
        var end = sentence.Length > 1 && char.IsPunctuation(sentence[^1]) ? 1 : 0.5;
        var question = sentence[^1] is '?' or '\uFF1F' or '\u061F' ? 0.7 : 1;
        return opening * size * end * question * (index > 0 ? StopWords.StandsAlone(sentence) : 1);
    }

    private static List<int> Pick(List<int> kept, double[] scores, Vector[] vectors, int count, CancellationToken cancellationToken)
    {
        var highest = scores.Max();
        var repeats = new double[kept.Count];
        var nearness = new double[kept.Count];
        var reach = vectors.Length / (2.0 * count);
        var taken = new bool[kept.Count];
        var chosen = new List<int>(count);
        while (chosen.Count < count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var best = -1;
            var bestValue = double.NegativeInfinity;
            for (var i = 0; i < kept.Count; i++)
            {
                var value = ((1 - Redundancy) * scores[i] / highest) - (Redundancy * repeats[i]) - (Nearness * nearness[i]) - (repeats[i] > Repeated ? 1 : 0);
                if (!taken[i] && value > bestValue)
                {
                    (best, bestValue) = (i, value);
                }
            }

            taken[best] = true;
            chosen.Add(kept[best]);
            for (var i = 0; i < kept.Count; i++)
            {
                if (!taken[i])
                {
                    repeats[i] = Math.Max(repeats[i], vectors[kept[i]].Cosine(vectors[kept[best]]));
                    nearness[i] = Math.Max(nearness[i], Math.Exp(-Math.Abs(kept[i] - kept[best]) / reach));
                }
            }
        }

        chosen.Sort();
        return chosen;
    }

    /// <summary>A sentence as a unit vector of tf-idf weights.</summary>
    private sealed record Vector((int Term, double Weight)[] Terms, Dictionary<int, double> ByTerm, double Weight)
    {
        public static Vector Of(Dictionary<int, int> counts, int[] frequency, int sentences, double common)
        {
            var terms = counts
                .Where(c => frequency[c.Key] <= common)
                .Select(c => (Term: c.Key, Weight: (1 + Math.Log(c.Value)) * Math.Log(1 + ((double)sentences / frequency[c.Key]))))
                .ToArray();
            var norm = Math.Sqrt(terms.Sum(t => t.Weight * t.Weight));
            var unit = norm == 0 ? [] : terms.Select(t => (t.Term, Weight: t.Weight / norm)).ToArray();
            return new Vector(unit, unit.ToDictionary(t => t.Term, t => t.Weight), norm);
        }

        public double Cosine(Vector other) => Terms.Sum(t => t.Weight * other.ByTerm.GetValueOrDefault(t.Term));
    }
}
