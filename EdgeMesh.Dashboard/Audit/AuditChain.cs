using System.Security.Cryptography;
using System.Text.Json;

namespace EdgeMesh.Dashboard.Audit;

/// <summary>Ties each line of the audit log to the one before it, so that a line that was changed, taken out or put in between shows.</summary>
internal static class AuditChain
{
    /// <summary>What comes before the first line.</summary>
    public static byte[] Start => new byte[SHA256.HashSizeInBytes];

    /// <summary>The hash of a line.</summary>
    public static byte[] HashOf(AuditRow row)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(new object?[] { row.Sequence, row.AtMs, row.Actor, row.KeyId, row.From, row.Action, row.Target, row.Refusal });
        return SHA256.HashData([.. row.Previous, .. line]);
    }

    /// <summary>Whether a line is as it was written and follows the one before; the first line that is still kept follows none.</summary>
    public static bool Holds(AuditRow row, AuditRow? before) =>
        row.Hash.AsSpan().SequenceEqual(HashOf(row)) && (before is null || (row.Sequence == before.Sequence + 1 && row.Previous.AsSpan().SequenceEqual(before.Hash)));
}
