using System.Security.Cryptography;
using EdgeMesh.Core.Live;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Joining;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.Dashboard.Trust;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeMesh.Dashboard.Enrolment;

/// <summary>A join token; only the hash of its secret is kept.</summary>
public sealed class JoinTokenRow
{
    public Guid Id { get; set; }

    public required string Hash { get; set; }

    public long CreatedAtMs { get; set; }

    public long ExpiresAtMs { get; set; }

    public required string CreatedBy { get; set; }

    public string? SpentBy { get; set; }

    public bool Revoked { get; set; }
}

public sealed class JoinTokenRowConfiguration : IEntityTypeConfiguration<JoinTokenRow>
{
    public void Configure(EntityTypeBuilder<JoinTokenRow> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ToTable("JoinTokens").HasKey(t => t.Id);
        builder.HasIndex(t => t.Hash).IsUnique();
    }
}

/// <summary>Makes and checks join tokens: 160 random bits, single use, expiring.</summary>
public sealed class JoinTokens(IDbContextFactory<MeshDbContext> contexts, ILanAccess lan, OrchestratorKey me, DashboardOptions options, JoinTokenChanges changes, IDeeds deeds, TimeProvider time) : IJoinTokens
{
    private const int Listed = 50;

    // Of so many it is known whether they are spent or expired; the older ones are unknown.
    private const int Searched = 500;
    private const string Remedy = "Make a new token with \"Add a device\" on the Fleet page and start the agent with it.";

    internal static readonly Problem NotJoined = new("unknown_device", "Not joined.", "This device has not joined this mesh, or was forgotten.", Remedy);
    internal static readonly Problem Unknown = new("token_invalid", "Not a token.", "This join token is not known here.", Remedy);

    public Task<NewJoinToken> CreateAsync(string createdBy, CancellationToken cancellationToken) =>
        deeds.MakeAsync(AuditActions.TokenCreate, $"good for {options.JoinTokenMinutes} minutes", () => MakeAsync(createdBy, cancellationToken));

    private async Task<NewJoinToken> MakeAsync(string createdBy, CancellationToken cancellationToken)
    {
        var secret = Base32.Encode(RandomNumberGenerator.GetBytes(20));
        var now = time.GetUtcNow();
        var expires = now.AddMinutes(options.JoinTokenMinutes);
        var row = new JoinTokenRow { Id = Guid.CreateVersion7(now), Hash = Hash(secret), CreatedAtMs = now.ToUnixTimeMilliseconds(), ExpiresAtMs = expires.ToUnixTimeMilliseconds(), CreatedBy = createdBy };
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        db.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        changes.Tell();
        var addresses = lan.DialAddresses;
        var ticket = new JoinTicket(secret, me.Id, lan.Current.Authority, addresses).ToString();
        return new NewJoinToken(row.Id, ticket, expires, JoinLines.For(addresses[0], lan.Current.ServerPin, ticket, lan.Current.PinHead));
    }

    public async Task<ImmutableArray<JoinTokenInfo>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Set<JoinTokenRow>().AsNoTracking().OrderByDescending(t => t.CreatedAtMs).Take(Listed).ToListAsync(cancellationToken);
        return
        [
            .. rows.Select(t => new JoinTokenInfo(
                t.Id, DateTimeOffset.FromUnixTimeMilliseconds(t.CreatedAtMs), DateTimeOffset.FromUnixTimeMilliseconds(t.ExpiresAtMs), t.CreatedBy,
                t.SpentBy is null ? null : new DeviceId(t.SpentBy), t.Revoked)),
        ];
    }

    public Task<bool> RevokeAsync(Guid id, CancellationToken cancellationToken) =>
        deeds.MakeAsync(AuditActions.TokenRevoke, $"{id}", () => RevokeKnownAsync(id, cancellationToken));

    private async Task<bool> RevokeKnownAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var revoked = await db.Set<JoinTokenRow>().Where(t => t.Id == id && t.SpentBy == null && !t.Revoked)
            .ExecuteUpdateAsync(u => u.SetProperty(t => t.Revoked, true), cancellationToken) == 1;
        changes.Tell();
        return revoked;
    }

    public ILiveSubscription<long> Subscribe() => changes.Subscribe();

    /// <summary>The token with this secret (or the whole ticket of it), or why it is worth nothing.</summary>
    public async Task<(Guid? Id, Problem? Refusal)> FindAsync(string secret, CancellationToken cancellationToken)
    {
        if (JoinTicket.TryParse(secret, out var ticket, out _))
        {
            secret = ticket.Secret;
        }

        if (secret.Length == 0)
        {
            return (null, NotJoined);
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var hash = Hash(secret);
        var row = await db.Set<JoinTokenRow>().AsNoTracking().FirstOrDefaultAsync(t => t.Hash == hash, cancellationToken);
        return Refusal(row) is { } refusal ? (null, refusal) : (row!.Id, null);
    }

    /// <summary>The token that a device marked, good or not; null when none of the newest has this mark.</summary>
    internal async Task<MarkedToken?> FindAsync(LinkTranscript transcript, ReadOnlyMemory<byte> mark, CancellationToken cancellationToken)
    {
        if (mark.IsEmpty)
        {
            return null;
        }

        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Set<JoinTokenRow>().AsNoTracking().OrderByDescending(t => t.CreatedAtMs).Take(Searched).ToListAsync(cancellationToken);
        return rows.Select(row => (Row: row, Key: Convert.FromHexString(row.Hash)))
            .Where(t => CryptographicOperations.FixedTimeEquals(transcript.TokenMark(t.Key), mark.Span))
            .Select(t => new MarkedToken(t.Key, t.Row.Id, Refusal(t.Row))).FirstOrDefault();
    }

    /// <summary>Spends a token inside the caller's transaction; false when it is spent, revoked or expired by now.</summary>
    public static async Task<bool> TrySpendAsync(MeshDbContext db, Guid id, DeviceId device, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        return await db.Set<JoinTokenRow>().Where(t => t.Id == id && t.SpentBy == null && !t.Revoked && t.ExpiresAtMs > nowMs)
            .ExecuteUpdateAsync(u => u.SetProperty(t => t.SpentBy, device.Value), cancellationToken) == 1;
    }

    private static string Hash(string secret) => Convert.ToHexString(LinkTranscript.TokenKey(secret));

    private Problem? Refusal(JoinTokenRow? row) => row switch
    {
        null or { Revoked: true } => Unknown,
        { SpentBy: not null } => new Problem("token_spent", "Spent.", "This join token was used already; it works once.", Remedy),
        _ when row.ExpiresAtMs <= time.GetUtcNow().ToUnixTimeMilliseconds() => new Problem("token_expired", "Expired.", "This join token has expired.", Remedy),
        _ => null,
    };
}

/// <summary>A token that a device says it has.</summary>
/// <param name="Key">Of its proofs; see <see cref="LinkTranscript.TokenKey"/>.</param>
/// <param name="Refusal">Why it lets nobody in; null when it does.</param>
internal sealed record MarkedToken(byte[] Key, Guid Id, Problem? Refusal);
