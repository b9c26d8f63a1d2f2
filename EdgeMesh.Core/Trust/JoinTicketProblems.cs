namespace EdgeMesh.Core.Trust;

/// <summary>Why a string is no join ticket, in words.</summary>
public static class JoinTicketProblems
{
    private const string CopyAgain = "Copy the whole line from \"Add a device\" again.";

    public static readonly Problem Empty = new("ticket_empty", "No join token.", "The join token is empty.", "Make one with \"Add a device\" on the Fleet page.");

    public static readonly Problem NotOne = new("ticket_unknown", "Not a join token.", $"A join token begins with {JoinTicket.Start}; this text does not.", CopyAgain);

    public static readonly Problem Newer = new("ticket_newer", "A join token of another version.", "This token was made by a newer dashboard.", "Update this agent.");

    public static readonly Problem Damaged = new("ticket_damaged", "The join token is damaged.", "It was cut off or changed while it was copied.", CopyAgain);

    public static readonly Problem BadAddress = new(
        "ticket_address", "The join token has no usable address.", "It must name where the dashboard is: https, or http on this computer.", "Make a new token with \"Add a device\".");
}
