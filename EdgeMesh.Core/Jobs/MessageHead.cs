using System.Text.RegularExpressions;

namespace EdgeMesh.Core.Jobs;

/// <summary>What stands before a text and is none of it: YAML front matter, or the head of a mail. Pure.</summary>
/// <param name="Title">Its title or subject; null when it has none.</param>
/// <param name="Lines">How many lines it takes.</param>
internal sealed partial record MessageHead(string? Title, int Lines)
{
    private const int MaxLines = 80;

    private static readonly HashSet<string> Subjects = new(StringComparer.OrdinalIgnoreCase)
    {
        "Subject", "Betreff", "Objet", "Asunto", "Oggetto", "Assunto", "Onderwerp", "\u00c4mne", "Emne", "Temat", "Konu", "P\u0159edm\u011bt", "Aihe", "\u0422\u0435\u043c\u0430", "\u0398\u03ad\u03bc\u03b1", "\u4ef6\u540d", "\u4e3b\u9898", "\u4e3b\u65e8", "\uc81c\ubaa9", "\u0627\u0644\u0645\u0648\u0636\u0648\u0639", "\u05e0\u05d5\u05e9\u05d0",
    };

    private static readonly HashSet<string> Others = new(StringComparer.OrdinalIgnoreCase)
    {
        "From", "To", "Cc", "Bcc", "Date", "Sent", "Reply-To", "Sender", "Received", "Return-Path", "Delivered-To", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Importance", "Attachments",
        "Von", "An", "Gesendet", "Datum", "Kopie", "De", "\u00c0", "A", "Envoy\u00e9", "Para", "Enviado", "Fecha", "Data", "Da", "Inviato", "Van", "Aan", "Verzonden", "Fr\u00e5n", "Till", "Skickat", "Fra", "Til", "Od", "Do", "Kimden", "Kime", "\u041e\u0442", "\u041a\u043e\u043c\u0443", "\u0414\u0430\u0442\u0430", "\u5dee\u51fa\u4eba", "\u5b9b\u5148", "\u65e5\u6642", "\u53d1\u4ef6\u4eba", "\u6536\u4ef6\u4eba", "\u53d1\u9001\u65f6\u95f4",
    };

    /// <summary>The head of a text; null when it has none.</summary>
    public static MessageHead? Read(IReadOnlyList<string> lines) => FrontMatter(lines) ?? Mail(lines);

    private static MessageHead? FrontMatter(IReadOnlyList<string> lines)
    {
        var fence = lines.Count > 1 ? lines[0] : "";
        if (fence is not ("---" or "+++"))
        {
            return null;
        }

        for (var end = 1; end < Math.Min(lines.Count, MaxLines); end++)
        {
            if (lines[end] == fence || (fence == "---" && lines[end] == "..."))
            {
                var head = lines.Take(end).Skip(1).ToList();
                var title = head.Select(l => TitleField().Match(l)).FirstOrDefault(m => m.Success)?.Groups[1].Value.Trim().Trim('"', '\'').Trim();
                return head.Exists(l => Field().IsMatch(l)) ? new(string.IsNullOrEmpty(title) ? null : title, end + 1) : null;
            }
        }

        return null;
    }

    private static MessageHead? Mail(IReadOnlyList<string> lines)
    {
        string? subject = null;
        HashSet<string> fields = new(StringComparer.OrdinalIgnoreCase);
        var at = 0;
        for (; at < Math.Min(lines.Count, MaxLines) && lines[at].Length > 0; at++)
        {
            var field = MailField().Match(lines[at]);
            var name = field.Success ? field.Groups[1].Value.Trim('*', ' ') : "";
            if (Subjects.Contains(name))
            {
                subject ??= field.Groups[2].Value.Trim(' ', '*');
            }
            else if (!Others.Contains(name) && !name.StartsWith("X-", StringComparison.OrdinalIgnoreCase))
            {
                break;
            }

            fields.Add(name);
        }

        return subject is { Length: > 0 } ? new(subject, at) : fields.Count > 1 ? new(null, at) : null;
    }

    [GeneratedRegex(@"^(?:title|Title|titel|titre)\s*[:=]\s*(\S.*)$")]
    private static partial Regex TitleField();

    [GeneratedRegex(@"^[\w-]+\s*[:=]")]
    private static partial Regex Field();

    [GeneratedRegex(@"^([*]{0,2}[\p{L}\p{M}][\p{L}\p{M}-]{0,30}[*]{0,2})[ \u00a0\u202f]?[:\uff1a][*]{0,2}\s*(.*)$")]
    private static partial Regex MailField();
}
