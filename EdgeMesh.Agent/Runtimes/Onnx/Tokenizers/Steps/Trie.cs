namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Steps;

/// <summary>Finds which of many words start at a place in a text.</summary>
internal sealed class Trie
{
    private readonly Node _root = new();

    public void Add(string word, int value)
    {
        var node = _root;
        foreach (var c in word)
        {
            node.Next ??= [];
            node = node.Next.TryGetValue(c, out var next) ? next : node.Next[c] = new Node();
        }

        node.Value = value;
    }

    /// <summary>The longest word at <paramref name="at"/>; length 0 when there is none.</summary>
    public (int Length, int Value) Longest(string text, int at)
    {
        var found = (0, -1);
        var node = _root;
        for (var i = at; i < text.Length && node.Next is not null && node.Next.TryGetValue(text[i], out node); i++)
        {
            found = node.Value >= 0 ? (i + 1 - at, node.Value) : found;
        }

        return found;
    }

    /// <summary>All words at <paramref name="at"/>, shortest first.</summary>
    public void All(string text, int at, List<(int Length, int Value)> found)
    {
        found.Clear();
        var node = _root;
        for (var i = at; i < text.Length && node.Next is not null && node.Next.TryGetValue(text[i], out node); i++)
        {
            if (node.Value >= 0)
            {
                found.Add((i + 1 - at, node.Value));
            }
        }
    }

    private sealed class Node
    {
        public Dictionary<char, Node>? Next { get; set; }

        public int Value { get; set; } = -1;
    }
}
